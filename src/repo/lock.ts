/** Keeps other writers out, `dvc` among them. */
import type { Repo } from './open.ts'

export interface LockOptions {
  /** default true: waits for whoever holds it; false: 'locked' after DVC's 3 s */
  readonly wait?: boolean
  /** absolute paths that will be written, default the whole repository: a running stage of `dvc repro` that uses others does not matter */
  readonly writes?: readonly string[]
}

/** Takes DVC's lock and honours its rwlock while `use` runs. Never hold it during hashing or a transfer: dvc gives up after 3 s. @throws DvError 'locked', 'interrupted' */
export function withLock<T>(repo: Repo, use: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  throw new Error(`to be built: ${repo.root} ${use} ${options.wait}`)
}
