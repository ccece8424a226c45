/** dv unfreeze: `dv status` shows again when the source of an import has changed. */
import type { Command } from './command.ts'
import { type FreezeOptions, type FreezeResult, frozenCommand } from './set-frozen.ts'

export const unfreeze: Command<FreezeOptions, FreezeResult> = {
  ...frozenCommand('unfreeze'),
  name: 'unfreeze',
  summary: 'Let `dv status` compare imported data with its source',
  details: 'Takes `frozen: true` out of the pointers: `dv status` tells when the source has changed. `dv update` then brings the change.',
  examples: [
    { line: 'dv unfreeze images.dvc && dv status', what: 'is there something new at the source?' },
    { line: 'dv freeze images.dvc', what: 'the other way' },
  ],
}
