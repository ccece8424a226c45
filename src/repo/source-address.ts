/** What a person typed as the place of another repository. */
import { lstatSync, realpathSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { findGitRoot, findRoot } from './find-root.ts'

export type SourceAddress =
  /** a folder of this machine, its links resolved; `committed`: as a clone would have it, not as its work tree is now */
  | { readonly kind: 'local'; readonly path: string; readonly committed: boolean }
  /** for git to fetch from */
  | { readonly kind: 'remote'; readonly url: string }

/** Those of git that reach a server and run nothing of the address's choosing. `ext::` runs any program. */
const schemes = /^(?:https?|ssh|git|git\+ssh|ssh\+git):\/\/(?!-)[^/]/i
/** `git@host:path`; a slash before the colon makes it a path */
const shortForm = /^(?![-/.])[^/:\\]+:(?!\/\/|:)./

/** What exists on this machine is meant before anything else, as in DVC. @throws DvError 'bad-target' */
export function readAddress(typed: string, context: Context): SourceAddress {
  const refuse = (why: string): never => {
    throw new DvError('bad-target', `${JSON.stringify(withoutSecrets(typed))} is no repository that can be opened: ${why}`, {
      hint: 'give an https://, ssh:// or git@host:path address of git, or a folder',
    })
  }
  if (/[\u0000-\u001f\u007f]/.test(typed)) refuse('it has control characters')
  if (typed.startsWith('-')) refuse('it begins with "-"')
  if (/^file:\/\//i.test(typed))
    return { kind: 'local', path: folderAt(pathOfUrl(typed, refuse)) ?? refuse('there is no such folder'), committed: true }
  const path = folderAt(resolve(context.cwd, typed))
  if (path !== undefined) return { kind: 'local', path, committed: false }
  if (/^[a-z][a-z0-9+.-]*::/i.test(typed)) refuse('helpers of git that an address names are not run')
  if (schemes.test(typed) || (!typed.includes('://') && shortForm.test(typed))) return { kind: 'remote', url: typed }
  if (typed.includes('://')) refuse('git has no such kind of address')
  return refuse('there is no such folder')
}

/** True for what can only be an address: the first of two arguments may be left out. */
export function looksLikeSource(typed: string, context: Context): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) || typed === '.') return true
  const path = folderAt(resolve(context.cwd, typed))
  if (path === undefined) return shortForm.test(typed) && lstatSync(resolve(context.cwd, typed), { throwIfNoEntry: false }) === undefined
  if (isFolder(join(path, '.dvc')) || isThere(join(path, '.git')) || isBareRepository(path)) return true
  const own = findRoot(context) ?? findGitRoot(realpathSync(context.cwd))
  return own === undefined || (findRoot({ ...context, cwd: path }) ?? findGitRoot(path)) !== own
}

/** A repository without a work tree: what a server has. */
export const isBareRepository = (path: string): boolean =>
  isFolder(join(path, 'objects')) && isFolder(join(path, 'refs')) && isThere(join(path, 'HEAD'))

/** Of a url the name and password go. */
export const withoutSecrets = (url: string): string =>
  url.replace(/^(\w[\w+.-]*:\/\/)[^/@]*@/, (all, scheme: string) => (/^ssh/i.test(scheme) ? all.replace(/:[^:/@]*@$/, '@') : scheme))

function pathOfUrl(url: string, refuse: (why: string) => never): string {
  try {
    return fileURLToPath(url)
  } catch {
    // Node refuses hosts and encoded slashes; whatever it was, the address names no folder of this machine.
    return refuse('it names no folder of this machine')
  }
}

function folderAt(path: string): string | undefined {
  return isFolder(path) ? realpathSync(path) : undefined
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined
