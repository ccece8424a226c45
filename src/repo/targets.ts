/** From what a person typed to the outputs that are meant. */
import type { Repo } from './open.ts'
import type { TrackedOutput } from './tracked-output.ts'

export interface Selection {
  readonly tracked: TrackedOutput
  /** a path inside a folder output, '/' separated */
  readonly inside?: string
}

/** `targets` relative to context.cwd; [] = all. A named pointer is read without a walk. @throws DvError 'unknown-target' */
export function selectOutputs(repo: Repo, targets: readonly string[], options: { readonly recursive?: boolean } = {}): readonly Selection[] {
  throw new Error(`to be built: ${repo.root} ${targets} ${options.recursive}`)
}
