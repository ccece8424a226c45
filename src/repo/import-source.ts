/** From what a pointer says of another repository to how it is opened. A pointer may be a stranger's: see "Decisions" in the README of the sources. */
import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ConfigFile } from '../format/config-file.ts'
import type { RepositorySource } from '../format/dependency.ts'
import { isRecord } from '../format/yaml-print.ts'
import { findGitRoot } from './find-root.ts'
import type { Repo } from './open.ts'
import type { SourceOptions } from './source.ts'
import { isBareRepository, readAddress } from './source-address.ts'

export interface SourceCall {
  readonly options: SourceOptions
  /** its folder is the one from which a relative address is meant */
  readonly context: Context
}

/** `rev`: the commit or name to open it at. @throws DvError 'untrusted', 'bad-pointer' */
export function callOfSource(repo: Repo, { pointerFile, repository, rev, isTyped = false }: SourceAsk, context: Context): SourceCall {
  const { url, config, remote } = repository
  const cwd = isTyped ? repo.cwd : baseOf(repo, url, pointerFile)
  if (!isTyped) assertNotCommitted(url, { ...context, cwd })
  return {
    context: { ...context, cwd },
    options: {
      url,
      rev,
      isForeign: !isTyped,
      ...(config === undefined
        ? {}
        : { config: typeof config === 'string' ? resolve(baseOf(repo, config, pointerFile), config) : sectionsOf(config) }),
      ...(typeof remote === 'string' ? { remote } : {}),
      ...(isRecord(remote) ? { remoteConfig: Object.fromEntries(Object.entries(remote).map(([key, value]) => [key, String(value)])) } : {}),
    },
  }
}

export interface SourceAsk {
  /** absolute */
  readonly pointerFile: string
  readonly repository: RepositorySource
  readonly rev: string
  /** the user has named it with this very command: it is taken at its word */
  readonly isTyped?: boolean
}

/**
 * DVC takes a relative path from wherever the person stands, so that it works from one folder only. Here that comes first, then the top
 * of the repository, then the pointer's own folder: the two places where one stands when one imports.
 */
function baseOf(repo: Repo, path: string, pointerFile: string): string {
  const isThere = (folder: string): boolean => statSync(resolve(folder, path), { throwIfNoEntry: false }) !== undefined
  return [repo.cwd, repo.root, dirname(pointerFile)].find(isThere) ?? repo.cwd
}

/**
 * A bare repository that came inside another one brings its own configuration, by which git can be made to run programs. A `.git` never
 * comes with a clone: git does not check one out.
 */
function assertNotCommitted(url: string, context: Context): void {
  const address = readAddress(url, context)
  if (address.kind !== 'local' || !isBareRepository(address.path) || findGitRoot(dirname(address.path)) === undefined) return
  if ((context.env['DV_TRUST'] ?? '').split(/[\s,]+/).includes(url)) return
  throw new DvError(
    'untrusted',
    `${url} is not opened: it is a git repository that lies inside another one, and its own settings could run programs`,
    { hint: `DV_TRUST=${url} dv …   # when you know who made it` },
  )
}

/** `{core: {remote: x}, remote: {x: {url: …}}}` as a config file has it. */
const sectionsOf = (config: Readonly<Record<string, unknown>>): ConfigFile =>
  Object.entries(config).flatMap(([name, values]) => {
    if (!isRecord(values)) return []
    const named = name === 'remote' ? Object.entries(values) : [['', values] as const]
    return named.flatMap(([inner, settings]) =>
      isRecord(settings)
        ? [
            {
              section: name === 'remote' ? `remote "${inner.toLowerCase()}"` : name,
              values: Object.entries(settings).map(([key, value]) => [key, String(value)] as const),
            },
          ]
        : [],
    )
  })
