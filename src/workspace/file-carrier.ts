/** Does the rows of an order, one by one and synchronously, in whatever thread it runs. */
import type { Carrier, FileTask } from './file-order.ts'
import { idOfRow, pathIn, setIdOfRow } from './file-rows.ts'
import { openFileFreer } from './free-file.ts'
import { openFileMaker } from './make-file.ts'
import { hashFile, type Pulse } from './read-stable.ts'
import { openFileSaver } from './save-file.ts'

export function openCarrier(task: FileTask, pulse: Pulse): Carrier {
  if (task.kind === 'save') return openFileSaver(task, pulse)
  if (task.kind === 'make') return openFileMaker(task, pulse)
  if (task.kind === 'free') return openFileFreer(pulse)
  return {
    carry: (order, row) => {
      const path = pathIn(order.output, order.paths[row] ?? '')
      const expected = task.hasIds ? idOfRow(order.ids, row) : undefined
      const file = { path, stamps: order.stamps, row }
      setIdOfRow(order.ids, row, hashFile(file, { kind: task.hash, pulse, accepts: id => id === expected }))
    },
    finish: async () => {},
  }
}
