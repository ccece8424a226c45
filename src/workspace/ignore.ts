/** Which paths `.dvcignore` and `.gitignore` files leave out. */
import { lstatSync, readFileSync } from 'node:fs'
import ignore, { type Ignore } from 'ignore'
import { isSystemError } from '../base/error.ts'
import { fileError } from '../store/file-errors.ts'
import { decidingPattern, isNegative } from './deciding-pattern.ts'
import { type IgnorePattern, readIgnoreText } from './ignore-patterns.ts'

/** Paths are relative to the repository's root, parts separated by `/`; '' is the root. */
export interface IgnoreRules {
  ignoresFolder(path: string): boolean
  ignoresFile(path: string): boolean
  /** The rule that leaves the path, or a folder above it, out, or expressly lets it in. */
  explain(path: string, options?: { readonly isFolder?: boolean }): IgnoreExplanation | undefined
  /** Whether any pattern of a file can match something in this folder. Asking first makes a walk of a folder without patterns free. */
  hasPatterns(folder: string): boolean
}

export interface IgnoreExplanation {
  /** false: by a pattern with `!` */
  readonly ignored: boolean
  /** relative to the root; '' for what is always left out */
  readonly file: string
  /** from 1; 0 for what is always left out */
  readonly line: number
  /** as it stands in the file */
  readonly pattern: string
}

/**
 * DVC's: `.dvcignore` at any depth, read when a folder is first asked about. Always left out: `.git`, `.hg/`, `.dvc/` at any
 * depth, and folders that are projects of their own (dvc/ignore.py).
 */
export const openDvcIgnore = (root: string, files: IgnoreFiles = filesOnDisk(root)): IgnoreRules =>
  openRules({
    files,
    fileName: '.dvcignore',
    stripsLines: true,
    first: [],
    isAlwaysIgnored: (path, isFolder) => {
      const name = path.slice(path.lastIndexOf('/') + 1)
      if (name === '.git' || (isFolder && (name === '.hg' || name === '.dvc'))) return name === '.git' ? name : `${name}/`
      return isFolder && files.isFolder(`${path}/.dvc`) ? `/${path}/` : undefined
    },
  })

/** Git's: the user's excludes file, `.git/info/exclude`, then `.gitignore` at any depth. For passing over folders, not for what git tracks. */
export const openGitIgnore = (root: string, excludesFile: string | undefined): IgnoreRules =>
  openRules({
    files: filesOnDisk(root),
    fileName: '.gitignore',
    stripsLines: false,
    first: [...(excludesFile === undefined ? [] : [excludesFile]), `${gitFolder(root)}/info/exclude`],
    isAlwaysIgnored: path => (path.slice(path.lastIndexOf('/') + 1) === '.git' ? '.git' : undefined),
  })

/** Where the files that hold the rules are read: a work tree, or a commit. Paths are relative to the root. */
export interface IgnoreFiles {
  /** undefined: there is none */
  read(path: string): string | undefined
  isFolder(path: string): boolean
}

const filesOnDisk = (root: string): IgnoreFiles => ({
  read: path => readIfThere(`${root}/${path}`),
  isFolder: path => isFolderAt(`${root}/${path}`),
})

interface RuleSource {
  readonly files: IgnoreFiles
  readonly fileName: string
  /** white space around a line does not count, as in DVC */
  readonly stripsLines: boolean
  /** absolute paths of files whose patterns come before all others and start at the root */
  readonly first: readonly string[]
  /** the pattern to show when the path is always left out */
  readonly isAlwaysIgnored: (path: string, isFolder: boolean) => string | undefined
}

/** The patterns that hold in a folder: its own after those from above, since the last one that matches decides. */
interface FolderRules {
  readonly patterns: readonly IgnorePattern[]
  /** of those that may match what they do not name */
  readonly matcher: Ignore | undefined
  /** of all */
  readonly whole: () => Ignore | undefined
}

function openRules({ files, fileName, stripsLines, first, isAlwaysIgnored }: RuleSource): IgnoreRules {
  const rules = new Map<string, FolderRules>()
  const folders = new Map<string, boolean>()
  /** Paths that a pattern names, see `withPatterns`. */
  const named = new Set<string>()

  const rulesIn = (folder: string): FolderRules => {
    const known = rules.get(folder)
    if (known) return known
    const above = folder === '' ? firstRules() : rulesIn(parentOf(folder))
    const file = folder === '' ? fileName : `${folder}/${fileName}`
    const text = files.read(file)
    const found = text === undefined ? above : withPatterns(above, readIgnoreText(text, { file, folder, strips: stripsLines }), named)
    rules.set(folder, found)
    return found
  }
  const firstRules = (): FolderRules =>
    first.reduce<FolderRules>(
      (found, file) => {
        const text = readIfThere(file)
        return text === undefined ? found : withPatterns(found, readIgnoreText(text, { file, folder: '', strips: stripsLines }), named)
      },
      { patterns: [], matcher: undefined, whole: () => undefined },
    )

  /** Asks only about the path itself: the folders above have been asked before. */
  const isIgnored = (path: string, isFolder: boolean): boolean => {
    if (isAlwaysIgnored(path, isFolder) !== undefined) return true
    const { matcher, whole } = rulesIn(parentOf(path))
    return (named.has(path) ? whole() : matcher)?.test(isFolder ? `${path}/` : path).ignored === true
  }
  const ignoresFolder = (path: string): boolean => {
    if (path === '') return false
    const known = folders.get(path)
    if (known !== undefined) return known
    const found = ignoresFolder(parentOf(path)) || isIgnored(path, true)
    folders.set(path, found)
    return found
  }
  const explain = (path: string, isFolder: boolean): IgnoreExplanation | undefined => {
    if (path === '') return undefined
    const above = parentOf(path)
    if (ignoresFolder(above)) return explain(above, true)
    const always = isAlwaysIgnored(path, isFolder)
    if (always !== undefined) return { ignored: true, file: '', line: 0, pattern: always }
    const found = decidingPattern(rulesIn(above).patterns, isFolder ? `${path}/` : path)
    return found && { ignored: !isNegative(found), file: found.file, line: found.line, pattern: found.pattern }
  }
  return {
    ignoresFolder,
    ignoresFile: path => ignoresFolder(parentOf(path)) || isIgnored(path, false),
    explain: (path, { isFolder = files.isFolder(path) } = {}) => explain(path, isFolder),
    hasPatterns: folder => rulesIn(folder).patterns.length > 0,
  }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

/**
 * `/name` is what DVC and dv write for each output: 2,000 of them in one file, tried one by one on 2,000 pointers, took 0.7 s. They
 * matter only to the paths that they name, which are kept in `named`; all others are held against the rest of the patterns.
 */
function withPatterns(above: FolderRules, more: readonly IgnorePattern[], named: Set<string>): FolderRules {
  if (more.length === 0) return above
  const patterns = [...above.patterns, ...more]
  for (const { fromRoot } of more) if (plainPath.test(fromRoot)) named.add(fromRoot.replace(/^\//, ''))
  const rules = patterns.map(({ fromRoot }) => ({ pattern: fromRoot }))
  let whole: Ignore | undefined
  return {
    patterns,
    matcher: ignore({ ignorecase: false }).add(rules.filter(({ pattern }) => !plainPath.test(pattern))),
    whole: () => {
      whole ??= ignore({ ignorecase: false }).add(rules)
      return whole
    },
  }
}

/** Tied to its folder, for files and folders alike, and without a character that means anything. */
const plainPath = /^(?![!#])(?=.*\/[^/])[^*?[\]\\]*[^*?[\]\\\s/]$/s

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined
    throw fileError(error, `read ${file}`, file)
  }
}

function isFolderAt(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  } catch (error) {
    if (isSystemError(error, 'ENOTDIR')) return false
    throw error
  }
}

/** In a linked work tree or submodule `.git` is a file that names the folder; what is common to all work trees lies behind `commondir`. */
function gitFolder(root: string): string {
  const own = /^gitdir: (.*)$/m.exec(readIfThere(`${root}/.git`) ?? '')?.[1]
  if (own === undefined) return `${root}/.git`
  const folder = own.startsWith('/') ? own : `${root}/${own}`
  const common = readIfThere(`${folder}/commondir`)?.trim()
  if (common === undefined) return folder
  return common.startsWith('/') ? common : `${folder}/${common}`
}
