/** A config file, in the dialect of INI that DVC's ConfigObj reads and writes. */

/** One section, in the order of the file. */
export interface ConfigSection {
  /** lower-cased: `core`, or `remote "name"` without outer quotes */
  readonly section: string
  readonly values: readonly (readonly [key: string, value: string])[]
}

export type ConfigFile = readonly ConfigSection[]
