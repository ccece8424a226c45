/** `--fs-config name=value …`, as DVC has it. */
import { DvError } from '../base/error.ts'
import type { Flag } from './command.ts'

export const fsConfigFlag: Flag = {
  name: 'fs-config',
  value: 'name=value',
  many: true,
  summary: 'options of the place, as a remote has them; put `--` before the URL when it comes after them',
}

/** @throws DvError 'usage' */
export function readFsConfig(pairs: readonly string[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (pairs ?? []).map(pair => {
      const at = pair.indexOf('=')
      if (at < 1 || at === pair.length - 1)
        throw new DvError('usage', `--fs-config takes name=value, not '${pair}'`, {
          hint: '--fs-config endpointurl=https://s3.lab.example',
        })
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}
