/** The settings of `.dvc/dv.yaml`, as far as the user has allowed them: the file comes with the repository, and each of them deletes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../base/context.ts'
import { isSystemError } from '../base/error.ts'
import { type DvSetting, parseDvSettings } from '../format/dv-settings.ts'
import { isTrusted, type UntrustedSetting } from './trust.ts'

/** All that the file says. @throws DvError 'bad-config' */
export function readDvSettings(root: string): readonly DvSetting[] {
  try {
    return parseDvSettings(readFileSync(join(root, '.dvc', 'dv.yaml'), 'utf8'), '.dvc/dv.yaml')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

/** `harmless`: a value that deletes no more than dv does by itself. Another that is not trusted is told, and left out. */
export function allowedSetting(
  { root, key, harmless }: { readonly root: string; readonly key: DvSetting['key']; readonly harmless?: (value: number) => boolean },
  context: Context,
): DvSetting | undefined {
  const setting = readDvSettings(root).find(each => each.key === key)
  if (!setting || harmless?.(setting.value) || isTrusted({ key, value: setting.text }, { root, context })) return setting
  context.report({
    type: 'warning',
    message: `${key} = ${setting.text} in .dvc/dv.yaml is not followed: it came with the repository, and it deletes objects`,
    hint: `dv trust ${key}   when that is what you want`,
  })
  return undefined
}

/** What `dv trust` would have to be told. A value that cannot be read is told where it is used. */
export const untrustedDvSettings = (root: string, context: Context): readonly UntrustedSetting[] =>
  readDvSettings(root)
    .map(({ key, text }) => ({ key, value: text, danger: 'deletes objects of your cache' }))
    .filter(setting => !isTrusted(setting, { root, context }))
