/** Which versions of outputs git knows of: what is named in no commit cannot be asked for again once it is gone. */
import { DvError } from '../base/error.ts'
import { throwIfAborted } from '../base/pool.ts'
import { runGit } from './git-run.ts'
import type { KnownOutput } from './known-outputs.ts'
import type { Repo } from './open.ts'
import { pointersAt } from './pointers-at.ts'

/** Where HEAD was last: what a checkout takes away was mostly tracked there. */
const placesOfHead = 8

/**
 * Those of `outputs` that a pointer of a commit names with the very same id. Commits count that a branch, a tag, the stash or a reflog
 * leads to. Without git there are none.
 */
export async function committedOutputs(repo: Repo, outputs: readonly KnownOutput[]): Promise<ReadonlySet<KnownOutput>> {
  const found = new Set<KnownOutput>()
  if (repo.gitRoot === undefined) return found
  const left = (): readonly KnownOutput[] => outputs.filter(output => !found.has(output))
  for (const commit of left().length > 0 ? lastHeads(repo) : []) {
    if (left().length === 0) break
    const named = await namedAt(repo, commit)
    for (const output of left()) if (named.has(`${output.id} ${output.path}`)) found.add(output)
  }
  for (const output of left()) {
    throwIfAborted(repo.context.signal)
    if (isInHistory(repo, output)) found.add(output)
  }
  return found
}

function lastHeads({ gitRoot = '', context }: Repo): ReadonlySet<string> {
  const { output } = runGit({ root: gitRoot, env: context.env }, ['log', '-g', `-${placesOfHead}`, '--format=%H', 'HEAD'], {
    accept: [128],
  })
  return new Set(linesOf(output))
}

async function namedAt(repo: Repo, commit: string): Promise<ReadonlySet<string>> {
  try {
    return new Set((await pointersAt(repo, commit)).map(({ path, output }) => `${output.id} ${path}`))
  } catch (error) {
    // A pointer of that commit cannot be read, or a part of it is not in this clone: the history is searched as text.
    if (error instanceof DvError && (error.code === 'bad-pointer' || error.code === 'git-failed')) return new Set()
    throw error
  }
}

/** A change that wrote or removed the id in some pointer; a reading of the history, which takes git about 1 s for 10,000 commits. */
function isInHistory({ gitRoot = '', context }: Repo, { id }: KnownOutput): boolean {
  const search = ['log', '--all', '--reflog', '-1', '--format=%H', '--no-ext-diff', '--no-textconv', `-S${id}`, '--', '*.dvc', '*dvc.lock']
  const { output } = runGit({ root: gitRoot, env: context.env }, ['--no-literal-pathspecs', ...search], { accept: [128] })
  return linesOf(output).length > 0
}

const linesOf = (output: Buffer): readonly string[] =>
  output
    .toString()
    .split('\n')
    .filter(line => line !== '')
