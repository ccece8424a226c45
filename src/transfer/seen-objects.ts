/** What a remote had when somebody last asked for each object itself. Told only to who asks for it, and never relied on. */
import type { ObjectId } from '../base/object-id.ts'
import { readKept, writeKept } from '../store/kept-file.ts'

export interface SeenObjects {
  has(id: ObjectId): boolean
  /** Of `asked` those in `present` were there. Kept where it may be. */
  replace(asked: readonly ObjectId[], present: ReadonlySet<ObjectId>): void
}

const format = 'dvseen01'

/** Read on the first question. */
export function openSeenObjects(file: string): SeenObjects {
  let ids: Set<string> | undefined
  const seen = (): Set<string> => {
    ids ??= new Set(readKept(file, format)?.toString('latin1').split('\n') ?? [])
    return ids
  }
  return {
    has: id => seen().has(id),
    replace: (asked, present) => {
      for (const id of asked) if (!present.has(id)) seen().delete(id)
      for (const id of present) seen().add(id)
      writeKept(file, format, [Buffer.from([...seen()].join('\n'), 'latin1')])
    },
  }
}
