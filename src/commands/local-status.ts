/** What `dv status` says of this clone, as values, text and JSON. */

/** DVC's words */
export type OutputState = 'modified' | 'deleted' | 'new' | 'not in cache'
export type SourceState = 'modified' | 'deleted' | 'new' | 'update available'

export interface PointerState {
  /** of an import: what it was made from, by its name for people */
  readonly sources: ReadonlyMap<string, SourceState>
  readonly outputs: ReadonlyMap<string, OutputState>
  readonly isAlwaysChanged: boolean
  readonly hasChangedChecksum: boolean
}

export interface LocalStatus {
  readonly kind: 'local'
  /** only what is not as it should be */
  readonly pointers: ReadonlyMap<string, PointerState>
  readonly tracked: number
  /** what can be done about it, for people */
  readonly hints: readonly string[]
}

export const isClean = (state: PointerState): boolean =>
  state.sources.size + state.outputs.size === 0 && !state.isAlwaysChanged && !state.hasChangedChecksum

export const jsonOfLocal = ({ pointers }: LocalStatus): unknown =>
  Object.fromEntries(
    [...pointers].map(([file, { sources, outputs, ...state }]) => [
      file,
      [
        ...(sources.size > 0 ? [{ 'changed deps': Object.fromEntries(sources) }] : []),
        ...(outputs.size > 0 ? [{ 'changed outs': Object.fromEntries(outputs) }] : []),
        ...notesOf(state),
      ],
    ]),
  )

const notesOf = (state: Pick<PointerState, 'isAlwaysChanged' | 'hasChangedChecksum'>): readonly string[] => [
  ...(state.isAlwaysChanged ? ['always changed'] : []),
  ...(state.hasChangedChecksum ? ['changed checksum'] : []),
]

/** DVC pads the state to so many columns. */
const stateWidth = 20

export function renderLocal({ pointers, tracked, hints }: LocalStatus): string {
  if (tracked === 0) return 'Nothing is tracked here yet: dv add <file or folder>\n'
  if (pointers.size === 0) return 'Data and pipelines are up to date.\n'
  const lines = [...pointers].flatMap(([file, state]) => [
    `${file}:`,
    ...statesUnder('changed deps', state.sources),
    ...statesUnder('changed outs', state.outputs),
    ...notesOf(state).map(note => `\t${note}`),
  ])
  return `${[...lines, ...hints].join('\n')}\n`
}

const statesUnder = (heading: string, states: ReadonlyMap<string, string>): readonly string[] =>
  states.size === 0 ? [] : [`\t${heading}:`, ...[...states].map(([name, state]) => `\t\t${`${state}:`.padEnd(stateWidth)}${name}`)]
