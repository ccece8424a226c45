/** How the repository to import from is named with a command, as the pointer keeps it (`imp` of dvc/repo/imp.py). */
import { DvError } from '../base/error.ts'
import type { RepositorySource } from '../format/dependency.ts'

export interface SourceWishes {
  readonly url: string
  readonly rev?: string
  readonly config?: string
  readonly remote?: string
  /** `name=value` each */
  readonly remoteConfig?: readonly string[]
}

/** @throws DvError 'usage', 'bad-target' */
export function repositoryGiven({ url, rev, config, remote, remoteConfig }: SourceWishes): RepositorySource {
  const settings = remoteConfig === undefined ? undefined : Object.fromEntries(remoteConfig.map(nameAndValue))
  if (remote !== undefined && settings !== undefined && config !== undefined)
    throw new DvError('bad-target', '--config does not go together with both --remote and --remote-config')
  const base = { url, ...(rev === undefined ? {} : { rev }) }
  if (remote !== undefined && settings !== undefined) return { ...base, config: { core: { remote }, remote: { [remote]: settings } } }
  return {
    ...base,
    ...(config === undefined ? {} : { config }),
    ...(remote === undefined ? (settings === undefined ? {} : { remote: settings }) : { remote }),
  }
}

function nameAndValue(text: string): readonly [string, string] {
  const [, name, value] = /^([^=]+)=([\s\S]+)$/.exec(text) ?? []
  if (name === undefined || value === undefined) throw new DvError('usage', `--remote-config takes name=value, not '${text}'`)
  return [name, value]
}
