/** Which object each file at a source was, by its mark: so that a folder of which one file changed is not downloaded again. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { ObjectId } from '../base/object-id.ts'
import { isObjectId } from '../base/object-id.ts'
import { readKept, writeKept } from '../store/kept-file.ts'
import { stateFolder } from './open.ts'

export interface SourceMemory {
  idOf(path: string, mark: string): ObjectId | undefined
  note(path: string, mark: string, id: ObjectId): void
  /** Forgets the files that are not there any more: those that were not noted although all of them were looked at. */
  keepOnlyNoted(): void
  flush(): void
}

/** JSON: `[[path, mark, id], …]`. Losing it costs a download. */
const format = 'dvsource'

export function openSourceMemory(root: string, label: string): SourceMemory {
  const file = join(stateFolder(root), 'sources', createHash('md5').update(label).digest('hex'))
  const known = new Map(readRows(file).map(row => [row[0], row]))
  const noted = new Map<string, Row>()
  let isComplete = false
  return {
    idOf: (path, mark) => {
      const [, noteMark, id] = known.get(path) ?? []
      return noteMark === mark ? id : undefined
    },
    note: (path, mark, id) => void noted.set(path, [path, mark, id]),
    keepOnlyNoted: () => {
      isComplete = true
    },
    flush: () => {
      if (noted.size === 0) return
      const rows = [...(isComplete ? noted : new Map([...known, ...noted])).values()]
      writeKept(file, format, [Buffer.from(JSON.stringify(rows))])
    },
  }
}

type Row = readonly [path: string, mark: string, id: ObjectId]

function readRows(file: string): readonly Row[] {
  const kept = readKept(file, format)
  const rows: unknown = kept === undefined ? [] : JSON.parse(kept.toString())
  return Array.isArray(rows) ? rows.filter(isRow) : []
}

const isRow = (row: unknown): row is Row =>
  Array.isArray(row) && typeof row[0] === 'string' && typeof row[1] === 'string' && typeof row[2] === 'string' && isObjectId(row[2])
