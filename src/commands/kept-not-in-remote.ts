/** `gc --not-in-remote`: of what pointers name, that is kept which no remote would give back. */
import type { Context } from '../base/context.ts'
import type { HashKind, ObjectId } from '../base/object-id.ts'
import type { Repo } from '../repo/open.ts'
import type { IdRows } from '../store/id-rows.ts'
import { layouts, refuseVersioned, remoteAsConfigured } from './gc-plan.ts'
import { type KeptObjects, noRemote } from './kept-objects.ts'
import { provenOn } from './proven-objects.ts'

/** Each remote is asked now for each object that pointers mean it to have. One that two remotes should have may go when both do. */
export async function withoutPresent(named: KeptObjects, repo: Repo, remote: string | undefined, context: Context): Promise<KeptObjects> {
  const present = new Map<string, Record<HashKind, ReadonlySet<ObjectId>>>()
  for (const [name, rows] of named.byRemote()) {
    if (name === noRemote) continue
    const config = await remoteAsConfigured(repo, name === '' ? remote : name)
    refuseVersioned(config, 'gc --not-in-remote')
    const found: Record<HashKind, ReadonlySet<ObjectId>> = { md5: new Set(), 'md5-dos2unix': new Set() }
    for (const hash of layouts) {
      found[hash] = await provenOn(repo, { remote: config, cache: repo.cache(hash), ids: idsOf(rows[hash]) }, context)
    }
    present.set(name, found)
  }
  return {
    ...named,
    has: (hash, id) => {
      for (const [name, rows] of named.byRemote()) if (rows[hash].find(id) !== -1 && !present.get(name)?.[hash].has(id)) return true
      return false
    },
  }
}

const idsOf = (rows: IdRows): readonly ObjectId[] => Array.from({ length: rows.count() }, (_, row) => rows.idAt(row))
