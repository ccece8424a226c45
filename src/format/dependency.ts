/** What an import was made from: an entry of `deps` in its pointer, with DVC's own keys (dvc/dependency/). */
import type { Pointer } from './pointer.ts'
import { isRecord } from './yaml-print.ts'

export interface Dependency {
  /** as written: a URL, absolute, relative to the working folder; of a repository import the path inside that repository */
  readonly path: string
  readonly md5?: string
  readonly etag?: string
  readonly checksum?: string
  /** bytes */
  readonly size?: number
  readonly nfiles?: number
  readonly isexec?: boolean
  readonly version_id?: string
  readonly hash?: string
  /** set: made by `import`; not set: made by `import-url` */
  readonly repo?: RepositorySource
  readonly fs_config?: Readonly<Record<string, unknown>>
  /** of a folder whose files have versions */
  readonly files?: readonly Readonly<Record<string, unknown>>[]
}

export interface RepositorySource {
  readonly url: string
  /** what was asked for: a branch, a tag, a commit */
  readonly rev?: string
  /** the commit that was taken; missing after `--no-exec` */
  readonly rev_lock?: string
  /** of the source repository: a file, or sections to merge over its own configuration */
  readonly config?: string | Readonly<Record<string, unknown>>
  /** of the source repository: the name of its remote, or options to merge over that of its default one */
  readonly remote?: string | Readonly<Record<string, unknown>>
}

/** `dumpd` of dvc/output.py and dvc/dependency/repo.py. */
const dependencyOrder = 'md5 etag checksum size nfiles isexec version_id hash path fs_config repo files'.split(' ')
const repositoryOrder = 'url rev rev_lock config remote'.split(' ')

/** All of them; a pointer that a person wrote may have several. */
export const dependenciesOf = ({ rest }: Pointer): readonly Dependency[] =>
  Array.isArray(rest['deps']) ? (rest['deps'].filter(isRecord) as unknown as Dependency[]) : []

/** The source of an import: one dependency and one output, as DVC has it. */
export function sourceOf(pointer: Pointer): Dependency | undefined {
  const [source, ...more] = dependenciesOf(pointer)
  return more.length === 0 && pointer.outputs.length === 1 ? source : undefined
}

/** The same pointer, made from `source`. Keys come in DVC's order; those without a value are left out. */
export const withSource = (pointer: Pointer, source: Dependency): Pointer => ({
  ...pointer,
  imported: true,
  rest: { ...pointer.rest, deps: [printedDependency(source)] },
})

function printedDependency(source: Dependency): Readonly<Record<string, unknown>> {
  const { repo, ...own } = source
  return inOrder(dependencyOrder, { ...own, isexec: own.isexec || undefined, repo: repo && inOrder(repositoryOrder, { ...repo }) })
}

const inOrder = (order: readonly string[], values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(order.flatMap(key => (values[key] === undefined ? [] : [[key, values[key]]])))
