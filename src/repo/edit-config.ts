/** Changes one configuration file, or leaves it as it was. */
import type { ConfigFile } from '../format/config-file.ts'

/**
 * Parses, changes, checks the outcome alone and together with the `other` levels (weakest first), and only then writes it: temp + rename,
 * mode kept; a new `config.local` is 0600. @throws DvError 'bad-config', nothing written
 */
export function editConfig(file: string, change: (config: ConfigFile) => ConfigFile, others: readonly ConfigFile[] = []): void {
  throw new Error(`to be built: ${file} ${change} ${others}`)
}
