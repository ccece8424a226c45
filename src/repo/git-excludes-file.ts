/** Where the user keeps ignore patterns for all repositories, found without a git process where that can be. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { DvError, isSystemError } from '../base/error.ts'
import { homeOf } from './config-places.ts'
import { runGit } from './git-run.ts'

/** Where git builds look for the machine's file: Linux, own builds, Homebrew. */
const systemFiles = ['/etc/gitconfig', '/usr/local/etc/gitconfig', '/opt/homebrew/etc/gitconfig']

/** The path that core.excludesFile has, or git's default for it; the file need not exist. */
export function gitExcludesFile(gitRoot: string, env: Context['env']): string {
  const folder = join(env['XDG_CONFIG_HOME'] || join(homeOf(env), '.config'), 'git')
  return (mayBeConfigured(gitRoot, folder, env) && configured(gitRoot, env)) || join(folder, 'ignore')
}

/** A git process costs 3 to 5 ms, and hardly anybody sets this. */
function mayBeConfigured(gitRoot: string, folder: string, env: Context['env']): boolean {
  if (Object.keys(env).some(name => /^GIT_CONFIG_(?:COUNT|PARAMETERS|GLOBAL|SYSTEM)$/.test(name))) return true
  const repository = readIfThere(join(gitRoot, '.git', 'config'))
  // `.git` is a file in a worktree or submodule; where its configuration lies is git's business.
  if (repository === undefined) return true
  const files = [join(homeOf(env), '.gitconfig'), join(folder, 'config'), ...(env['GIT_CONFIG_NOSYSTEM'] ? [] : systemFiles)]
  return [repository, ...files.map(readIfThere)].some(text => /excludesfile|\binclude/i.test(text ?? ''))
}

function configured(gitRoot: string, env: Context['env']): string | undefined {
  try {
    const { output } = runGit({ root: gitRoot, env }, ['config', '--type=path', '--get', 'core.excludesFile'], { accept: [1] })
    return output.toString().replace(/\n$/, '') || undefined
  } catch (error) {
    // These patterns only spare a walk some folders. What is wrong with git is told where git is needed.
    if (error instanceof DvError && error.code === 'git-failed') return undefined
    throw error
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES')) return undefined
    throw error
  }
}
