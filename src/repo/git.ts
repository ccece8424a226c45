/** The git that the user has, as a child process. No value from a repository or a person can become an option of it. */
import { lstatSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { DvError } from '../base/error.ts'
import { openGitObjects } from './git-objects.ts'
import { type GitPlace, runGit } from './git-run.ts'
import { type GitTreeEntry, parseGitTree } from './git-tree.ts'

/** As -a, -T and -A mean them: tips of local branches, tags, and every commit that a branch, tag, remote branch or HEAD reaches. */
export type RefScope = 'branches' | 'tags' | 'all'

/** All calls throw DvError 'git-failed' with git's own words when git fails, and a hint where the cure is known ("dubious ownership", no git). */
export interface Git {
  /** absolute path of the work tree */
  readonly root: string
  /** of `paths` (absolute) and what lies below them, what is in the index; absolute paths */
  trackedUnder(paths: readonly string[]): readonly string[]
  /** `git add` of these files; one that is gone is staged as deleted */
  stage(paths: readonly string[]): void
  /** those of `paths` (absolute; a folder may end in '/') that git ignores */
  ignored(paths: readonly string[]): ReadonlySet<string>
  isIgnored(path: string): boolean
  /** the full name of the commit that `revision` means; 'git-failed' when there is none */
  commitOf(revision: string): string
  /** undefined before the first commit */
  head(): string | undefined
  /** each once */
  commits(scope: RefScope): readonly string[]
  /** undefined when the commit has no such file; `path` is '/' separated, relative to the git root */
  readAt(commit: string, path: string): Promise<Uint8Array | undefined>
  /** the entries of a commit's folder ('' is the top), not those below; undefined when there is none */
  treeAt(commit: string, folder: string): Promise<readonly GitTreeEntry[] | undefined>
  /** a tree by its own name */
  readTree(name: string): Promise<readonly GitTreeEntry[]>
  readBlob(name: string): Promise<Uint8Array>
  /** ends the long-lived reader */
  close(): Promise<void>
}

/** `root`: the work tree. Starts nothing. */
export function openGit(root: string, env: GitPlace['env']): Git {
  const place: GitPlace = { root, env }
  const objects = openGitObjects(place)

  const ignored = (paths: readonly string[]): ReadonlySet<string> => {
    const asked = new Map(paths.flatMap(path => (isBelow(root, path) ? [[nameFor(root, path), path] as const] : [])))
    if (asked.size === 0) return new Set()
    const input = [...asked.keys(), ''].join('\0')
    const { output } = runGit(place, ['--no-literal-pathspecs', 'check-ignore', '-z', '--stdin'], { input, accept: [1] })
    return new Set(namesIn(output).map(name => asked.get(name) ?? join(root, name)))
  }
  const resolve = (revision: string): string | undefined => {
    if (revision.startsWith('-')) throw new DvError('git-failed', `${JSON.stringify(revision)} is not a revision: it begins with "-"`)
    const { status, output } = runGit(place, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`], { accept: [1, 128] })
    if (status === 128) runGit(place, ['rev-parse', '--git-dir']) // tells a repository that git refuses from a revision that it does not know
    return status === 0 ? output.toString().trim() : undefined
  }
  const readTree = async (name: string): Promise<readonly GitTreeEntry[]> => {
    const object = await objects.read(name)
    if (object?.type !== 'tree') throw new DvError('git-failed', `git has no tree ${name}`)
    return parseGitTree(object.bytes, name.length / 2)
  }
  const readBlob = async (name: string): Promise<Uint8Array> => {
    const object = await objects.read(name)
    if (object?.type !== 'blob') throw new DvError('git-failed', `git has no file ${name}`)
    return object.bytes
  }
  const treeAt = async (commit: string, folder: string): Promise<readonly GitTreeEntry[] | undefined> => {
    const object = await objects.read(commit)
    const top = /^tree ([0-9a-f]+)\n/.exec(object?.bytes.toString('latin1', 0, 80) ?? '')?.[1]
    if (object?.type !== 'commit' || !top) throw new DvError('git-failed', `git has no commit ${commit}`)
    let entries = await readTree(top)
    for (const part of folder === '' ? [] : folder.split('/')) {
      const next = entries.find(entry => entry.name === part)
      if (next?.kind !== 'folder') return undefined
      entries = await readTree(next.object)
    }
    return entries
  }

  return {
    root,
    trackedUnder: paths => {
      const asked = paths.filter(path => path === root || isBelow(root, path))
      if (asked.length === 0) return []
      const [names = [], ...more] = inPortions(asked.map(path => nameFor(root, path)))
      const list = (some: readonly string[]): string[] =>
        namesIn(runGit(place, ['ls-files', '-z', '--', ...some]).output).map(name => join(root, name))
      if (more.length === 0) return list(names)
      // Beyond one call's worth of names the whole index is read instead: 100,000 files take 40 ms.
      const wanted = new Set(asked)
      return list([]).filter(file => isAtOrBelowOne(file, wanted))
    },
    stage: paths => {
      const present = paths.filter(isThere).map(path => nameFor(root, path))
      const gone = paths.filter(path => !isThere(path)).map(path => nameFor(root, path))
      for (const some of inPortions(present)) runGit(place, ['add', '--', ...some])
      for (const some of inPortions(gone)) runGit(place, ['rm', '--cached', '--quiet', '--ignore-unmatch', '--', ...some])
    },
    ignored,
    isIgnored: path => ignored([path]).size > 0,
    commitOf: revision => {
      const commit = resolve(revision)
      if (commit === undefined)
        throw new DvError('git-failed', `unknown Git revision ${JSON.stringify(revision)}`, { hint: 'git log --oneline --all' })
      return commit
    },
    head: () => resolve('HEAD'),
    commits: scope => {
      const { output } = runGit(place, ['rev-list', ...revListArguments[scope](resolve('HEAD') !== undefined)])
      return output
        .toString()
        .split('\n')
        .filter(line => line !== '')
    },
    readAt: async (commit, path) => {
      const slash = path.lastIndexOf('/')
      const entries = await treeAt(commit, path.slice(0, Math.max(slash, 0)))
      const entry = entries?.find(({ name }) => name === path.slice(slash + 1))
      return entry && entry.kind !== 'folder' && entry.kind !== 'submodule' ? await readBlob(entry.object) : undefined
    },
    treeAt,
    readTree,
    readBlob,
    close: objects.close,
  }
}

/** `--no-walk` peels tags of tags to their commits, which `for-each-ref` does one level deep only. Tags of trees or blobs are left out by rev-list. */
const revListArguments: Record<RefScope, (hasHead: boolean) => readonly string[]> = {
  branches: () => ['--no-walk=unsorted', '--branches'],
  tags: () => ['--no-walk=unsorted', '--tags'],
  all: hasHead => [...(hasHead ? ['HEAD'] : []), '--branches', '--tags', '--remotes'],
}

const isBelow = (root: string, path: string): boolean => {
  const name = relative(root, path)
  return name !== '' && name !== '..' && !name.startsWith(`..${sep}`) && !isAbsolute(name)
}

function isAtOrBelowOne(file: string, paths: ReadonlySet<string>): boolean {
  for (let at = file; dirname(at) !== at; at = dirname(at)) if (paths.has(at)) return true
  return false
}

/** `./` in front, since git takes a name that begins with `:` for magic. A folder keeps its final slash. */
const nameFor = (root: string, path: string): string => `./${relative(root, path).replaceAll(sep, '/')}${/[^/]\/$/.test(path) ? '/' : ''}`

const namesIn = (output: Buffer): string[] =>
  output
    .toString()
    .split('\0')
    .filter(name => name !== '')

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** Bytes of names per call; Linux takes 128 KiB for one argument and 2 MiB in all, macOS 1 MiB, Windows 32 KiB. */
const argumentBytes = 24 * 1024

function inPortions(names: readonly string[]): string[][] {
  const portions: string[][] = []
  let bytes = Number.POSITIVE_INFINITY
  for (const name of names) {
    const length = Buffer.byteLength(name) + 1
    if (bytes + length > argumentBytes) {
      portions.push([])
      bytes = 0
    }
    portions.at(-1)?.push(name)
    bytes += length
  }
  return portions
}
