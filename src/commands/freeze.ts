/** dv freeze: an import stays as it is, whatever its source does. */
import type { Command } from './command.ts'
import { type FreezeOptions, type FreezeResult, frozenCommand } from './set-frozen.ts'

export const freeze: Command<FreezeOptions, FreezeResult> = {
  ...frozenCommand('freeze'),
  name: 'freeze',
  summary: 'Keep imported data as it is, whatever its source does',
  details: 'Writes `frozen: true` into the pointers: `dv status` does not ask their sources any more. Imports are frozen from the start.',
  examples: [
    { line: 'dv freeze images.dvc', what: 'changes at its source are not shown' },
    { line: 'dv unfreeze images.dvc', what: 'the other way' },
  ],
}
