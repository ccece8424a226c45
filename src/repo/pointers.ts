/** Finds everything that a repository tracks. */
import type { Repo } from './open.ts'
import type { TrackedOutput } from './tracked-output.ts'

export type { TrackedOutput } from './tracked-output.ts'

/**
 * All outputs, sorted by pointer file. @throws DvError 'bad-pointer' when a pointer cannot be read, or two of them claim the same or
 * overlapping paths
 */
export function findPointers(repo: Repo): readonly TrackedOutput[] {
  throw new Error(`to be built: ${repo.root}`)
}
