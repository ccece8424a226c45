/** A repository, opened once per verb. */
import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { HashKind } from '../base/object-id.ts'
import { type Cache, openCache } from '../store/cache.ts'
import { type ObjectStamps, openObjectStamps } from '../store/object-stamps.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { openStore, type RemoteConfig } from '../store/open.ts'
import { type KnownObjects, openKnownObjects } from '../transfer/known-objects.ts'
import { type IgnoreRules, openDvcIgnore } from '../workspace/ignore.ts'
import type { LinkKind } from '../workspace/link.ts'
import { openStateIndex, type StateIndex } from '../workspace/state-index.ts'
import { assertOwnFolders } from './assert-own-folders.ts'
import { type Config, loadConfig } from './config.ts'
import { findGitRoot, findRoot } from './find-root.ts'
import { type Git, openGit } from './git.ts'
import { resolveRemote } from './remote.ts'
import { trustedOptions } from './trust.ts'

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
  /** `name` undefined: core.remote. @throws DvError 'no-remote' (none specified, does not exist), 'untrusted' */
  remote(name: string | undefined): Promise<RemoteConfig>
  /** opened once per remote and hash, closed with the repository */
  store(remote: RemoteConfig, hash: HashKind): Promise<OpenedStore>
}

export interface OpenedStore {
  readonly store: ObjectStore
  readonly known: KnownObjects
}

/**
 * Finds the repository from context.cwd, hands it to `use`, then flushes the indexes and closes git and the stores, whatever happened.
 * Opening starts no process and makes no folder. @throws DvError 'not-a-repo', 'bad-config', 'untrusted'
 */
export async function withRepo<T>(context: Context, use: (repo: Repo) => Promise<T>): Promise<T> {
  const opened = openRepo(context)
  try {
    const result = await use(opened.repo)
    await opened.close()
    return result
  } catch (error) {
    // What failed first is told; what fails because of it on the way out is not.
    await opened.close().catch(() => undefined)
    throw error
  }
}

/** The state of dv in a clone: git ignores `.dvc/tmp`, and DVC tolerates what is in it. */
export const stateFolder = (root: string): string => join(root, '.dvc', 'tmp', 'dv')

export interface OpenedRepo {
  readonly repo: Repo
  close(): Promise<void>
}

/** `readConfig`: when it was read already, with what a command gave. */
export function openRepo(context: Context, readConfig?: Config): OpenedRepo {
  const root = findRoot(context, { required: true })
  const config = readConfig ?? loadConfig(root, context)
  const gitRoot = isTrue(config.get('core', 'no_scm')) ? undefined : findGitRoot(root)
  assertOwnFolders(root, context)
  return openRepoAt({ root, config, gitRoot, state: stateFolder(root), cwd: realpathSync(context.cwd) }, context)
}

/** A repository whose parts were found elsewhere: that of a work tree, or one seen at a commit. */
export interface RepoParts {
  /** for a repository seen at a commit, where its files would lie */
  readonly root: string
  readonly cwd: string
  readonly gitRoot: string | undefined
  readonly config: Config
  /** for what dv remembers */
  readonly state: string
  /** default: where the configuration says */
  readonly cacheFolder?: string
  /** default: opened on first use */
  readonly git?: Git
  readonly ignore?: IgnoreRules
}

export function openRepoAt(parts: RepoParts, context: Context): OpenedRepo {
  const { root, config, gitRoot, state } = parts
  const indexes = new Map<string, StateIndex>()
  const caches = new Map<HashKind, Cache>()
  const stamps: ObjectStamps[] = []
  const stores = new Map<string, Promise<OpenedStore>>()
  let git = parts.git
  let { ignore } = parts

  const makeCache = (hash: HashKind): Cache => {
    const folder = parts.cacheFolder ?? config.get('cache', 'dir') ?? join(root, '.dvc', 'cache')
    const known = openObjectStamps(join(state, 'objects', md5(`${hash} ${folder}`)))
    stamps.push(known)
    return openCache({ folder, hash, shared: config.get('cache', 'shared') === 'group', stamps: known })
  }
  const makeStore = async (remote: RemoteConfig, hash: HashKind): Promise<OpenedStore> => {
    assertKeepsObjects(remote)
    return {
      store: await openStore(remote, hash, context),
      known: openKnownObjects(join(state, 'remotes', md5(`${hash} ${remote.options['endpointurl'] ?? ''} ${remote.url}`))),
    }
  }
  const repo: Repo = {
    root,
    gitRoot,
    config,
    context,
    cwd: parts.cwd,
    get git() {
      if (gitRoot !== undefined) git ??= openGit(gitRoot, context.env)
      return git
    },
    get ignore() {
      ignore ??= openDvcIgnore(root)
      return ignore
    },
    get links() {
      return linkKindsOf(config.get('cache', 'type'))
    },
    cache: hash => orMake(caches, hash, () => makeCache(hash)),
    stateIndex: outputPath =>
      orMake(indexes, outputPath, () => openStateIndex(join(state, 'outputs', md5(relative(root, outputPath).replaceAll(sep, '/'))))),
    remote: async name => {
      const { origins, ...remote } = resolveRemote(name, config, root)
      return { ...remote, options: trustedOptions({ ...remote, origins }, { root, context }) }
    },
    store: (remote, hash) => orMake(stores, JSON.stringify([remote.name, remote.url, hash]), () => makeStore(remote, hash)),
  }
  const close = async (): Promise<void> => {
    const failures: unknown[] = []
    const attempt = async (end: () => void | Promise<void>): Promise<void> => {
      try {
        await end()
      } catch (error) {
        failures.push(error) // what comes after it is closed all the same: an open store or git process would keep us alive
      }
    }
    for (const index of indexes.values()) await attempt(index.flush)
    for (const known of stamps) await attempt(known.flush)
    for (const cache of caches.values()) await attempt(cache.close)
    for (const opening of stores.values()) {
      // A store that did not open has told so to who asked for it.
      const opened = await opening.catch(() => undefined)
      if (!opened) continue
      await attempt(opened.known.flush)
      await attempt(opened.store.close)
    }
    await attempt(() => git?.close())
    if (failures.length > 0) throw failures[0]
  }
  return { repo, close }
}

const linkKinds: readonly string[] = ['reflink', 'hardlink', 'symlink', 'copy'] satisfies LinkKind[]

/** Unset means DVC's default (dvc/cachemgr.py). */
const defaultLinks: readonly LinkKind[] = ['reflink', 'copy']

function linkKindsOf(value: string | undefined): readonly LinkKind[] {
  const kinds = (value ?? '').split(',').flatMap(kind => kind.trim().toLowerCase() || [])
  const wrong = kinds.find(kind => !linkKinds.includes(kind))
  if (wrong !== undefined)
    throw new DvError('bad-config', `cache.type: unsupported cache type '${wrong}'`, {
      hint: `dv config cache.type ${linkKinds.join(',')}`,
    })
  return kinds.length > 0 ? (kinds as LinkKind[]) : defaultLinks
}

/** Such a bucket holds plain files, and its versions are their history: objects among them would be in everybody's way, and DVC would not find them. */
function assertKeepsObjects({ name, options }: RemoteConfig): void {
  const kind = ['version_aware', 'worktree'].find(key => isTrue(options[key]))
  if (kind !== undefined)
    throw new DvError(
      'bad-config',
      `remote '${name}' is cloud versioned (${kind} = true), and dv only fetches and pulls from those, on S3`,
      {
        hint: 'use dvc for this remote, or another one: -r <name>',
      },
    )
}

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === 'true'

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

function orMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
