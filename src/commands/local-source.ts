/** Files of this machine as the source of an import: hashed and put into the cache in one pass. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { Dependency } from '../format/dependency.ts'
import { printTree } from '../format/tree.ts'
import type { Repo } from '../repo/open.ts'
import { saveOutput } from '../workspace/save.ts'
import { type Snapshot, takeSnapshot } from '../workspace/snapshot.ts'
import type { FoundSource, SourceRequest } from './found-source.ts'
import { comingPlaceOf, nameOf } from './place.ts'
import { type Content, contentOf } from './record-output.ts'
import { sendOutside } from './send-outside.ts'

type Seen = Exclude<Snapshot, { kind: 'absent' }>

/** `from` absolute. @throws DvError 'bad-target' when the data would go into itself */
export function findLocalSource(repo: Repo, request: SourceRequest & { readonly from: string }, context: Context): FoundSource | undefined {
  const { from, to, jobs } = request
  if (!statSync(from, { throwIfNoEntry: false })) return undefined
  if (to === from || to.startsWith(`${from}/`))
    throw new DvError('bad-target', `'${nameOf(repo, to)}' lies in '${request.path}' itself`, { hint: 'choose another place for it' })
  const place = comingPlaceOf(repo, from, to)
  let seen: Seen | undefined
  const note = (snapshot: Snapshot): Seen => {
    if (snapshot.kind === 'absent') throw new DvError('file-changed', `${from} went away while it was read`)
    seen = snapshot
    return snapshot
  }
  return {
    label: from,
    describe: async () => dependencyOf(seen ?? note(await takeSnapshot(place, context)), request.path),
    save: async () =>
      contentWithoutMode(note(await saveOutput(place, { cache: repo.cache('md5'), links: repo.links, relink: false }, context))),
    send: async remote => {
      const snapshot = seen ?? note(await takeSnapshot(place, context))
      const isFolder = snapshot.kind === 'folder'
      const files = isFolder ? snapshot.tree.map(({ id, path }) => ({ id, path: join(from, path) })) : [{ id: snapshot.id, path: from }]
      const tree = isFolder ? { id: snapshot.id, bytes: printTree(snapshot.tree) } : undefined
      await sendOutside(repo, { label: from, sources: { files, streams: [], tree }, remote, jobs }, context)
      return contentWithoutMode(snapshot)
    },
  }
}

/** DVC downloads the bytes and leaves the mode: it stands in the dependency alone. */
function contentWithoutMode(snapshot: Seen): Content {
  const { executable: _executable, ...content } = contentOf(snapshot)
  return content
}

function dependencyOf(snapshot: Seen, path: string): Dependency {
  const { id, size, fileCount, executable } = contentOf(snapshot)
  return {
    md5: id,
    ...(size === undefined ? {} : { size }),
    ...(fileCount === undefined ? {} : { nfiles: fileCount }),
    ...(executable ? { isexec: true } : {}),
    hash: 'md5',
    path,
  }
}
