/** What a repository tracked at a commit. */
import type { Repo } from './open.ts'
import type { TrackedOutput } from './tracked-output.ts'

/** Paths are where the files would lie in the work tree. @throws DvError 'bad-pointer', 'git-failed' */
export function pointersAt(repo: Repo, commit: string): Promise<readonly TrackedOutput[]> {
  throw new Error(`to be built: ${repo.root} ${commit}`)
}
