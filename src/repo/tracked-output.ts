/** What a repository tracks: an output together with the pointer that names it. */
import type { Output, Pointer } from '../format/pointer.ts'

export interface TrackedOutput {
  /** absolute path of the `.dvc` file, or of the `dvc.lock` for an output of a pipeline (which only a pipeline may rewrite) */
  readonly pointerFile: string
  readonly pointer: Pointer
  readonly output: Output
  /** absolute path of the output itself */
  readonly path: string
  /** the stage's name where `pointerFile` is a dvc.lock */
  readonly stage?: string
  /** of a stage of which only the lock tells: nobody knows where it lies. Left out unless it is asked for. */
  readonly unplaced?: true
}
