/** The files of a commit, listed by git in one call. */
import { compareCodePoints } from '../base/code-points.ts'
import { DvError } from '../base/error.ts'
import type { Git } from './git.ts'
import { type GitPlace, runGit } from './git-run.ts'
import { parentOf, type SourceFile, type SourceFiles } from './source-files.ts'

interface Listed extends SourceFile {
  /** git's name of the blob or tree */
  readonly object: string
}

export interface CommitPlace {
  readonly place: GitPlace
  readonly git: Git
  readonly commit: string
  /** where files come over a network */
  readonly fetchBlobs?: (names: readonly string[]) => Promise<void>
}

/** A submodule is a folder without files. Paths are a stranger's, and not checked: whoever writes to one has to. */
export function openCommitFiles({ place, git, commit, fetchBlobs = async () => {} }: CommitPlace): SourceFiles {
  const byPath = new Map<string, Listed>([['', { name: '', path: '', kind: 'folder', object: `${commit}^{tree}` }]])
  const folders = new Map<string, Listed[]>([['', []]])
  const { output } = runGit(place, ['ls-tree', '-r', '-t', '-z', '--full-tree', commit])
  for (const line of output.toString().split('\0')) {
    const [, mode, object, path] = /^(\d+) \w+ ([0-9a-f]+)\t([\s\S]*)$/.exec(line) ?? []
    if (mode === undefined || object === undefined || path === undefined) continue
    const listed: Listed = { name: path.slice(path.lastIndexOf('/') + 1), path, kind: kindOf(mode), object }
    byPath.set(path, listed)
    folders.get(parentOf(path))?.push(listed)
    if (listed.kind === 'folder') folders.set(path, [])
  }
  for (const entries of folders.values()) entries.sort((a, b) => compareCodePoints(a.name, b.name))

  const blobs = (paths: readonly string[]): readonly string[] =>
    paths.flatMap(path => {
      const listed = byPath.get(path)
      return listed === undefined || listed.kind === 'folder' ? [] : [listed.object]
    })
  return {
    list: folder => folders.get(folder),
    find: path => byPath.get(path),
    prepare: paths => fetchBlobs(blobs(paths)),
    sizes: async files => {
      const paths = files.map(({ path }) => path)
      await fetchBlobs(blobs(paths))
      const input = paths.map(path => `${byPath.get(path)?.object ?? ''}\n`).join('')
      const { output } = runGit(place, ['cat-file', '--batch-check=%(objectsize)'], { input })
      const sizes = output.toString().split('\n')
      return new Map(paths.flatMap((path, at) => (/^\d+$/.test(sizes[at] ?? '') ? [[path, Number(sizes[at])] as const] : [])))
    },
    read: async path => {
      const listed = byPath.get(path)
      if (listed === undefined || listed.kind === 'folder')
        throw new DvError('git-failed', `there is no file ${JSON.stringify(path)} in ${commit}`)
      await fetchBlobs([listed.object])
      return git.readBlob(listed.object)
    },
  }
}

function kindOf(mode: string): SourceFile['kind'] {
  if (mode === '040000' || mode === '160000') return 'folder'
  if (mode === '120000') return 'symlink'
  return mode === '100755' ? 'executable' : 'file'
}
