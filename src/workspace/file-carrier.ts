/** Does the rows of an order, one by one and synchronously, in whatever thread it runs. */
import type { FileOrder } from './file-order.ts'
import { idOfRow, pathIn, setIdOfRow } from './file-rows.ts'
import { openFileMaker } from './make-file.ts'
import { hashFile, type Pulse } from './read-stable.ts'
import { openFileSaver } from './save-file.ts'

export function openCarrier(order: FileOrder, pulse: Pulse): (row: number) => void {
  const { task } = order
  if (task.kind === 'save') {
    const save = openFileSaver(task, pulse)
    return row => save(order, row)
  }
  if (task.kind === 'make') {
    const make = openFileMaker(task, pulse)
    return row => make(order, row)
  }
  return row => {
    const path = pathIn(order.output, order.paths[row] ?? '')
    const expected = task.hasIds ? idOfRow(order.ids, row) : undefined
    const id = hashFile({ path, stamps: order.stamps, row }, { kind: task.hash, pulse, accepts: candidate => candidate === expected })
    setIdOfRow(order.ids, row, id)
  }
}
