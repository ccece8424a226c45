/** Settings of a committed file that could run a program or give a secret away count only after the user has said so. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError, isSystemError } from '../base/error.ts'
import { settingOf } from '../format/settings.ts'
import { globalConfigFolder } from './config-places.ts'
import { findGitRoot } from './find-root.ts'
import { openGit } from './git.ts'
import type { ResolvedRemote } from './remote.ts'
import { replaceFile } from './replace-file.ts'

export interface TrustPlace {
  /** of the repository */
  readonly root: string
  readonly context: Context
}

/** A setting that is not honoured before it is trusted. */
export interface UntrustedSetting {
  /** `remote.lab.configpath` */
  readonly key: string
  readonly value: string
  /** what it could do */
  readonly danger: string
}

/**
 * Kinds that send nothing which is of use elsewhere: a folder, and S3, whose signature is good for that host only. So a private S3
 * endpoint is not asked about, nor its certificate (`ssl_verify`), since its owner sees the data in any case.
 */
const sendsNoSecret = /^(?:s3:\/\/|(?!\w+:\/\/))/i

/** Settings that decide where requests go. */
const placeKeys = ['endpointurl', 'connection_string', 'url'] as const

/**
 * The remote's options, all of them. The user's own files, and config.local while git does not track it, are believed; so is what was
 * trusted before, in that very value. @throws DvError 'untrusted' whose hint is the line to type
 */
export function trustedOptions(remote: ResolvedRemote, place: TrustPlace): Readonly<Record<string, string>> {
  const [first] = untrustedSettings(remote, place)
  if (!first) return remote.options
  throw new DvError(
    'untrusted',
    `remote '${remote.name}' is not used: the committed configuration of this repository sets ${first.key} to ${first.value}, which ${first.danger}`,
    {
      hint: `dv trust ${first.key}   # when you know who set it`,
    },
  )
}

/** What `dv trust` would have to be told. */
export function untrustedSettings(remote: ResolvedRemote, { root, context }: TrustPlace): UntrustedSetting[] {
  const isForeign = foreignLevels(root, context)
  const fromOthers = (key: string): boolean => {
    const origin = remote.origins.get(key)
    return origin !== undefined && isForeign(origin.level)
  }
  const values: Readonly<Record<string, string>> = { ...remote.options, url: remote.url }
  const nameOf = (key: string): string =>
    `${(remote.origins.get(key)?.section ?? `remote "${remote.name}"`).replace(/^remote "(.*)"$/s, 'remote.$1')}.${key}`
  const found = Object.entries(values).flatMap(([key, value]) => {
    const danger = dangerOf(key)
    return danger !== undefined && fromOthers(key) ? [{ key: nameOf(key), value, danger }] : []
  })
  const place = placeKeys.find(key => values[key] !== undefined && fromOthers(key))
  if (place !== undefined && wouldSendSecret(remote) && !isLoopback(values[place] ?? '')) {
    found.push({ key: nameOf(place), value: values[place] ?? '', danger: 'would be sent a password or token of yours' })
  }
  return found.filter(setting => !isTrusted(setting, { root, context }))
}

/** Whether the user has allowed `key` to have `value` here: by `dv trust`, or by DV_TRUST with the key, the value or its host. */
export function isTrusted({ key, value }: Pick<UntrustedSetting, 'key' | 'value'>, { root, context }: TrustPlace): boolean {
  const allowed = new Set((context.env['DV_TRUST'] ?? '').split(/[\s,]+/).filter(text => text !== ''))
  return readTrust(context)[root]?.[key] === value || allowed.has(key) || allowed.has(value) || allowed.has(hostOf(value) ?? '')
}

/** Remembers, in the user's own folder, that `key` may have `value` in the repository at `root`. */
export function recordTrust(trust: { readonly root: string; readonly key: string; readonly value: string }, context: Context): void {
  const known = readTrust(context)
  const changed = { ...known, [trust.root]: { ...known[trust.root], [trust.key]: trust.value } }
  replaceFile(trustFile(context), `${JSON.stringify(changed, undefined, 2)}\n`, { mode: 0o600 })
}

/** An AWS config file runs a program by `credential_process`, a Google credentials file by its `executable` source. */
function dangerOf(key: string): string | undefined {
  const setting = settingOf('remote "any"', key)
  if (setting?.runsProgram) return 'can run a program'
  return setting?.namesCredentials ? 'chooses credentials of yours' : undefined
}

/** A config.local that somebody has committed is no better than the committed config; git is asked only when it matters. */
function foreignLevels(root: string, context: Context): (level: string) => boolean {
  let localIsForeign: boolean | undefined
  return level => {
    if (level !== 'local') return level === 'repo'
    const gitRoot = findGitRoot(root)
    localIsForeign ??= gitRoot !== undefined && openGit(gitRoot, context.env).trackedUnder([join(root, '.dvc', 'config.local')]).length > 0
    return localIsForeign
  }
}

/** A token that the machine has for Google, or a secret that the user gave for a remote of this name in a file for all repositories. */
function wouldSendSecret(remote: ResolvedRemote): boolean {
  if (sendsNoSecret.test(remote.url)) return Boolean(remote.options['sse_customer_key']) && isUsers(remote, 'sse_customer_key')
  if (/^gs:/i.test(remote.url)) return remote.options['endpointurl'] !== undefined && !isGoogle(remote.options['endpointurl'])
  return Object.keys(remote.options).some(key => settingOf('remote "any"', key)?.secret === true && isUsers(remote, key))
}

const isUsers = (remote: ResolvedRemote, key: string): boolean => ['system', 'global'].includes(remote.origins.get(key)?.level ?? '')

const hostOf = (url: string): string | undefined => /^\w+:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]*)/.exec(url)?.[1]?.toLowerCase()

const isLoopback = (url: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostOf(url) ?? '')

const isGoogle = (url: string): boolean => /(?:^|\.)googleapis\.com$/.test(hostOf(url) ?? '')

type Trust = Readonly<Record<string, Readonly<Record<string, string>>>>

const trustFile = (context: Context): string => join(globalConfigFolder(context), 'dv', 'trust.json')

function readTrust(context: Context): Trust {
  const file = trustFile(context)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return {}
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Trust) : {}
  } catch (error) {
    throw new DvError('bad-config', `${file}, where your trust is kept, cannot be read: ${Object(error).message}`, { hint: `rm ${file}` })
  }
}
