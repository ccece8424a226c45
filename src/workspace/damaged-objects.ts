/** A file that is a hard link to its object and was written to: the object has changed with it. */
import { lstatSync } from 'node:fs'
import type { Context } from '../base/context.ts'
import type { Cache } from '../store/cache.ts'
import { eachCommonRow } from './each-common-row.ts'
import { type FileRows, idOfRow, pathIn } from './file-rows.ts'
import type { IndexTable } from './index-table.ts'
import { readStamp } from './stamp-rows.ts'

export interface Edited {
  /** as they are now, with their ids */
  readonly rows: FileRows
  /** as they were */
  readonly table: IndexTable | undefined
  /** 1 for rows that have not changed */
  readonly known: Uint8Array
  /** absolute path of the output */
  readonly output: string
}

/** Before anything new is linked: the objects of the old ids that lie on the same inode are moved away, and a warning names each. */
export function setEditedObjectsAside({ rows, table, known, output }: Edited, cache: Cache, context: Context): void {
  if (table === undefined || table.hash !== cache.hash) return
  eachCommonRow(rows.paths, table.paths, (row, old) => {
    if (known[row] === 1) return
    const { inode, links } = readStamp(rows.stamps, row)
    if (links === 1n || readStamp(table.stamps, old).inode !== inode) return
    const id = idOfRow(table.ids, old)
    if (id === idOfRow(rows.ids, row)) return
    if (lstatSync(cache.pathOf(id), { bigint: true, throwIfNoEntry: false })?.ino !== inode) return
    const movedTo = cache.setAside(id)
    context.report({
      type: 'warning',
      message: `object ${id} in the cache is damaged: ${pathIn(output, rows.paths[row] ?? '')} is a hard link to it and was changed in place; it is set aside as ${movedTo}`,
      hint: 'dv fetch   brings the old version back when a remote has it; cp FILE COPY && mv COPY FILE   makes a file safe to change',
    })
  })
}
