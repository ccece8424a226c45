/** Another repository, or this one, looked at without cloning its data: at a commit, or as its work tree is now. */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { type ConfigFile, parseConfigFile } from '../format/config-file.ts'
import { checkConfig } from '../format/settings.ts'
import { fileError } from '../store/file-errors.ts'
import { type IgnoreRules, openDvcIgnore } from '../workspace/ignore.ts'
import { openCommitFiles } from './commit-files.ts'
import { type Config, loadConfig } from './config.ts'
import { findGitRoot, findRoot } from './find-root.ts'
import { openGit } from './git.ts'
import { environmentAt } from './git-network.ts'
import { type OpenedRepo, openRepo, openRepoAt } from './open.ts'
import { findPointers } from './pointers.ts'
import { pointersAt } from './pointers-at.ts'
import { isPipelineName, isPointerName } from './read-pointer.ts'
import { isBareRepository, readAddress, withoutSecrets } from './source-address.ts'
import { openClone } from './source-clone.ts'
import { parentOf, type SourceFiles } from './source-files.ts'
import { openProject, plainProject, type SourceProject } from './source-project.ts'
import type { TrackedOutput } from './tracked-output.ts'
import { objectsFolder, sourceFolder } from './user-cache.ts'
import { openWorkTreeFiles } from './work-tree-files.ts'

export interface SourceOptions {
  /** address of git or a folder; default: the folder that the user stands in */
  readonly url?: string
  /** default: of a folder its work tree, of an address its HEAD. 'HEAD' means the commit in both cases. */
  readonly rev?: string
  /** instead of the default remote of the source */
  readonly remote?: string
  /** options of that remote, stronger than those of the source */
  readonly remoteConfig?: Readonly<Record<string, string>>
  /** stronger than the configuration of the source: a config file of the user's, or its sections */
  readonly config?: string | ConfigFile
  /** `remote`, `remoteConfig` and `config` are not the user's own words but those of a pointer, which somebody else may have written */
  readonly isForeign?: boolean
}

export interface Source {
  /** for people, without credentials */
  readonly label: string
  /** full name; undefined: the work tree of a repository on this machine */
  readonly commit: string | undefined
  /** absolute path of its top on this machine; undefined for what was fetched */
  readonly root: string | undefined
  readonly files: SourceFiles
  /** The project that a path belongs to: of the innermost folder that has one. Each is opened once. */
  project(path: string): Promise<SourceProject>
}

/**
 * Downloads no data: of a remote repository only commits, folders and pointers, which stay in the user's cache folder. Runs no hook, asks
 * nobody, and writes nothing into a repository on this machine.
 * @throws DvError 'bad-target', 'git-failed', 'access-denied', 'store-unavailable', 'bad-config', 'bad-pointer'
 */
export async function withSource<T>(options: SourceOptions, context: Context, use: (source: Source) => Promise<T>): Promise<T> {
  const closing: (() => Promise<void>)[] = []
  try {
    return await use(await openSource(options, context, closing))
  } finally {
    for (const close of closing) await close()
  }
}

type Closing = (() => Promise<void>)[]

async function openSource(options: SourceOptions, context: Context, closing: Closing): Promise<Source> {
  const url = options.url ?? '.'
  const address = readAddress(url, context)
  if (address.kind === 'remote') return await fetchedSource(address.url, options, { context, closing })
  if (address.committed || options.rev !== undefined || isBareRepository(address.path))
    return localCommit(address.path, options, { context, closing })
  return workTreeSource(address.path, options, { context, closing })
}

interface Opening {
  readonly context: Context
  readonly closing: Closing
}

async function fetchedSource(url: string, options: SourceOptions, { context, closing }: Opening): Promise<Source> {
  const { place, commit, fetchBlobs } = await openClone(url, options.rev, context)
  const git = openGit(place.root, place.env)
  closing.push(git.close)
  const files = openCommitFiles({ place, git, commit, fetchBlobs })
  return commitSource(
    { label: withoutSecrets(url), commit, files, git, root: undefined, base: place.root, state: sourceFolder(url, context) },
    options,
    {
      context,
      closing,
    },
  )
}

async function localCommit(path: string, options: SourceOptions, { context, closing }: Opening): Promise<Source> {
  const bare = isBareRepository(path)
  const root = bare ? path : findGitRoot(path)
  if (root === undefined) throw new DvError('git-failed', `there is no git repository at ${path}`, { hint: `git -C ${path} init` })
  const place = { root, env: environmentAt(context.env, bare ? path : undefined) }
  const git = openGit(place.root, place.env)
  closing.push(git.close)
  const commit = git.commitOf(options.rev ?? 'HEAD')
  const files = openCommitFiles({ place, git, commit })
  return commitSource(
    { label: options.url ?? '.', commit, files, git, root: bare ? undefined : root, base: root, state: sourceFolder(root, context) },
    options,
    { context, closing },
  )
}

interface CommitParts extends Omit<Source, 'project'> {
  readonly commit: string
  readonly git: ReturnType<typeof openGit>
  /** where the files would lie */
  readonly base: string
  readonly state: string
}

async function commitSource(
  { git, base, state, ...source }: CommitParts,
  options: SourceOptions,
  { context, closing }: Opening,
): Promise<Source> {
  const { files, commit, label } = source
  const small = pathsOf(files, name => isPointerName(name) || isPipelineName(name) || name === 'dvc.lock' || name === '.dvcignore')
  await files.prepare([...small, ...pathsOf(files, name => name === 'config').filter(path => /(?:^|\/)\.dvc\/config$/.test(path))])
  const ignoreTexts = new Map<string, string>()
  for (const path of small.filter(path => /(?:^|\/)\.dvcignore$/.test(path)))
    ignoreTexts.set(path, Buffer.from(await files.read(path)).toString())
  const ignoreIn = (folder: string): IgnoreRules => {
    const inside = (path: string): string => (folder === '' ? path : `${folder}/${path}`)
    return openDvcIgnore('', { read: path => ignoreTexts.get(inside(path)), isFolder: path => files.find(inside(path))?.kind === 'folder' })
  }
  const open = async (folder: string): Promise<SourceProject> => {
    const ignore = ignoreIn(folder)
    if (files.find(folder === '' ? '.dvc' : `${folder}/.dvc`)?.kind !== 'folder') return plainProject(folder, ignore)
    const root = join(base, folder)
    const file = folder === '' ? '.dvc/config' : `${folder}/.dvc/config`
    const committed = files.find(file) === undefined ? '' : Buffer.from(await files.read(file)).toString()
    const config = withGiven(
      given => loadConfig(root, context, { committed, withLocal: source.root !== undefined && isOwn(join(root, '.dvc')), given }),
      options,
      context,
    )
    const parts = { root, cwd: root, gitRoot: base, config, state: join(state, 'state'), git, ignore }
    const opened = openRepoAt(source.root === undefined ? { ...parts, cacheFolder: objectsFolder(context) } : parts, context)
    closing.push(opened.close)
    const outputs = outputsIn(await pointersAt(opened.repo, commit), base)
    return openProject({ label, folder, repo: opened.repo, ignore, outputs, isLocal: source.root !== undefined }, context)
  }
  return { ...source, project: eachOnce(path => projectFolder(files, path), open) }
}

async function workTreeSource(path: string, options: SourceOptions, { context, closing }: Opening): Promise<Source> {
  const top = findRoot({ ...context, cwd: path }) ?? findGitRoot(path)
  if (top === undefined) throw new DvError('git-failed', `there is no git or DVC repository at ${path}`, { hint: `git -C ${path} init` })
  const files = openWorkTreeFiles(top)
  const open = async (folder: string): Promise<SourceProject> => {
    const root = join(top, folder)
    if (!statSync(join(root, '.dvc'), { throwIfNoEntry: false })?.isDirectory()) return plainProject(folder, openDvcIgnore(root))
    const config = withGiven(given => loadConfig(root, context, { withLocal: isOwn(join(root, '.dvc')), given }), options, context)
    const opened: OpenedRepo = openRepo({ ...context, cwd: root }, config)
    closing.push(opened.close)
    const { repo } = opened
    const outputs = outputsIn(findPointers(repo), top)
    return openProject({ label: options.url ?? '.', folder, repo, ignore: repo.ignore, outputs, isLocal: true }, context)
  }
  return { label: options.url ?? '.', commit: undefined, root: top, files, project: eachOnce(path => projectFolder(files, path), open) }
}

/** The innermost of the folders above, or the path itself, that has a `.dvc`; the top where none has. */
function projectFolder(files: SourceFiles, path: string): string {
  for (let folder = path; folder !== ''; folder = parentOf(folder)) if (files.find(`${folder}/.dvc`)?.kind === 'folder') return folder
  return ''
}

function eachOnce(folderOf: (path: string) => string, open: (folder: string) => Promise<SourceProject>): Source['project'] {
  const opened = new Map<string, Promise<SourceProject>>()
  return path => {
    const folder = folderOf(path)
    const project = opened.get(folder) ?? open(folder)
    opened.set(folder, project)
    return project
  }
}

function pathsOf(files: SourceFiles, isWanted: (name: string) => boolean, folder = ''): readonly string[] {
  return (files.list(folder) ?? []).flatMap(({ name, path, kind }) =>
    kind === 'folder' ? pathsOf(files, isWanted, path) : isWanted(name) ? [path] : [],
  )
}

const outputsIn = (found: readonly TrackedOutput[], base: string) =>
  found.map(tracked => ({ path: relative(base, tracked.path).replaceAll(sep, '/'), tracked }))

/** A `config.local` of somebody else is nobody's business. */
const isOwn = (path: string): boolean => {
  const owner = statSync(path, { throwIfNoEntry: false })?.uid
  return owner !== undefined && owner === (process.getuid?.() ?? owner)
}

/** `--config`, `--remote` and `--remote-config`, each stronger than the one before. @throws DvError 'no-remote' */
function withGiven(load: (given: Config['levels']) => Config, options: SourceOptions, context: Context): Config {
  const here = join(realpathSync(context.cwd), 'command line')
  const level = options.isForeign ? 'repo' : 'local'
  const given: Config['levels'][number][] = []
  const { config, remote, remoteConfig = {} } = options
  if (config !== undefined) given.push({ level, ...(typeof config === 'string' ? readGiven(config, context) : { file: here, config }) })
  if (remote !== undefined) given.push({ level, file: here, config: [{ section: 'core', values: [['remote', remote]] }] })
  if (Object.keys(remoteConfig).length > 0) {
    const name = remote ?? load(given).get('core', 'remote')
    if (name === undefined)
      throw new DvError('no-remote', 'a setting was given for a remote, and there is no default one', { hint: 'add --remote <name>' })
    given.push({ level, file: here, config: [{ section: `remote "${name.toLowerCase()}"`, values: Object.entries(remoteConfig) }] })
  }
  for (const { file, config } of given) checkConfig(config, file === here ? 'what was given for the source' : file)
  return load(given)
}

function readGiven(typed: string, context: Context): { readonly file: string; readonly config: ConfigFile } {
  const file = resolve(context.cwd, typed)
  return { file, config: parseConfigFile(readText(file), typed) }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw fileError(error, `read ${file}`, file)
  }
}
