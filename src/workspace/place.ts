/** An output as this room sees it. */
import { relative, sep } from 'node:path'
import type { HashKind } from '../base/object-id.ts'
import type { IgnoreRules } from './ignore.ts'
import type { StateIndex } from './state-index.ts'

export interface Place {
  /** of the repository, absolute */
  readonly root: string
  /** of the output, absolute */
  readonly path: string
  readonly hash: HashKind
  readonly index: StateIndex
  readonly ignore: IgnoreRules
}

/** Relative to the repository's root, with `/`. */
export const inRepository = ({ root, path }: Place): string => relative(root, path).split(sep).join('/')
