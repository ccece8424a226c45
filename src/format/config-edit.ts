/** Changes to a config file, each as a new value. Names of sections and keys are lower case, as they are read. */
import type { ConfigFile, ConfigSection } from './config-file.ts'

export const remoteSection = (name: string): string => `remote "${name.toLowerCase()}"`

export const sectionOf = (config: ConfigFile, section: string): ConfigSection | undefined => config.find(each => each.section === section)

export const settingValue = (config: ConfigFile, section: string, key: string): string | undefined =>
  sectionOf(config, section)?.values.findLast(([name]) => name === key)?.[1]

/** A key that is there keeps its place; a new one goes to the end of its section, a new section to the end of the file. */
export function withValue(config: ConfigFile, place: { readonly section: string; readonly key: string }, value: string): ConfigFile {
  const { section, key } = place
  if (!sectionOf(config, section)) return [...config, { section, values: [[key, value]] }]
  return config.map(each => (each.section === section ? { section, values: setValue(each.values, key, value) } : each))
}

export const withoutValue = (config: ConfigFile, section: string, key: string): ConfigFile =>
  config.map(each => (each.section === section ? { section, values: each.values.filter(([name]) => name !== key) } : each))

export const withoutSection = (config: ConfigFile, section: string): ConfigFile => config.filter(each => each.section !== section)

/** Replaces the section where it stands, or adds it at the end. */
export function withSection(config: ConfigFile, section: ConfigSection): ConfigFile {
  if (!sectionOf(config, section.section)) return [...config, section]
  return config.map(each => (each.section === section.section ? section : each))
}

function setValue(values: ConfigSection['values'], key: string, value: string): ConfigSection['values'] {
  if (!values.some(([name]) => name === key)) return [...values, [key, value]]
  return values.map(pair => (pair[0] === key ? ([key, value] as const) : pair))
}
