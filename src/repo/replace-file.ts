/** Small files that are never seen half written: pointers, ignore files, configuration. */
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Mode of a file while it is written: its text may be secret before the final mode is set. */
const privateMode = 0o600

/**
 * Temp file, fsync, rename. The mode of the old file is kept; a new one has `mode`, by default what the umask leaves. The temp file's
 * name begins with a dot and does not end in `.dvc`, so that nobody takes a forgotten one for a pointer.
 */
export function replaceFile(file: string, text: string, options: { readonly mode?: number } = {}): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? options.mode
  mkdirSync(dirname(file), { recursive: true })
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`)
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: mode === undefined ? 0o666 : privateMode, flush: true })
    if (mode !== undefined) chmodSync(temporary, mode & 0o777)
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
