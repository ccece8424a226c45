/** A repository, opened once per verb. */
import type { Context } from '../base/context.ts'
import type { HashKind } from '../base/object-id.ts'
import type { Cache } from '../store/cache.ts'
import type { ObjectStore } from '../store/object-store.ts'
import type { RemoteConfig } from '../store/open.ts'
import type { KnownObjects } from '../transfer/known-objects.ts'
import type { IgnoreRules } from '../workspace/ignore.ts'
import type { LinkKind } from '../workspace/link.ts'
import type { StateIndex } from '../workspace/state-index.ts'
import type { Config } from './config.ts'
import type { Git } from './git.ts'

export interface Repo {
  /** absolute, symlinks resolved: the folder that holds `.dvc` */
  readonly root: string
  /** absolute; undefined with core.no_scm, or where there is no git repository */
  readonly gitRoot: string | undefined
  /** opened on first use; undefined where gitRoot is */
  readonly git: Git | undefined
  readonly config: Config
  /** .dvcignore */
  readonly ignore: IgnoreRules
  readonly context: Context
  /** context.cwd with its symlinks resolved, so that it compares with `root` */
  readonly cwd: string
  /** cache.dir with the layout of that hash */
  cache(hash: HashKind): Cache
  /** cache.type */
  readonly links: readonly LinkKind[]
  /** `outputPath` absolute. One index per output for the whole verb, flushed at its end. */
  stateIndex(outputPath: string): StateIndex
  /** `name` undefined: core.remote. @throws DvError 'bad-config' (none specified, does not exist), 'untrusted' */
  remote(name: string | undefined): Promise<RemoteConfig>
  /** opened once per remote and hash, closed with the repository */
  store(remote: RemoteConfig, hash: HashKind): Promise<{ readonly store: ObjectStore; readonly known: KnownObjects }>
}

/**
 * Finds the repository from context.cwd, hands it to `use`, then flushes the indexes and closes git and the stores, whatever happened.
 * @throws DvError 'not-a-repo'
 */
export function withRepo<T>(context: Context, use: (repo: Repo) => Promise<T>): Promise<T> {
  throw new Error(`to be built: ${context.cwd} ${use}`)
}
