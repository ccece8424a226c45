/** What a setting's value may be, with the words DVC has for a value that is not (dvc/config_schema.py). */

/** Undefined: the value fits. Else what was expected, to be followed by ` for dictionary value @ …`. */
export type SettingType = (value: string) => string | undefined

export const text: SettingType = () => undefined
export const boolean: SettingType = value => (/^(?:true|false)$/i.test(value) ? undefined : 'expected true or false')
/** Python's `int()`. */
export const integer: SettingType = value => (/^\s*[-+]?\d+(?:_\d+)*\s*$/.test(value) ? undefined : 'expected int')
export const positive: SettingType = value => integer(value) ?? (Number(value) >= 1 ? undefined : 'value must be at least 1')
export const seconds: SettingType = value =>
  /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(value)
    ? Number(value) >= 0
      ? undefined
      : 'value must be at least 0'
    : 'expected float'

export const oneOf =
  (...choices: readonly string[]): SettingType =>
  value =>
    choices.includes(value.toLowerCase()) ? undefined : `expected one of ${choices.join(', ')}`

/** A list in the order of preference. */
export const linkKinds: SettingType = value => {
  const unknown = value
    .split(',')
    .map(kind => kind.trim())
    .filter(kind => !/^(?:reflink|hardlink|symlink|copy)$/.test(kind))
  return unknown.length === 0 ? undefined : `Unsupported cache type(s): ${unknown.join(', ')}`
}
