/** Repositories that the real DVC made; what they hold is in dvc-3.67.1/README.md. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unpackTar } from './tar.ts'

export interface Golden {
  /** holds `repo`, `input`, `remote` …; absolute */
  readonly folder: string
  readonly expect: GoldenExpect
  remove(): void
}

/** `expect.json`; further keys are as DVC printed them. */
export interface GoldenExpect {
  /** by path relative to `repo`: pointers, .gitignore, .dvcignore, config */
  readonly text_files: Readonly<Record<string, string>>
  /** by id */
  readonly dir_objects: Readonly<Record<string, { readonly raw: string; readonly md5_of_raw: string }>>
  readonly steps: readonly GoldenStep[]
  readonly [key: string]: unknown
}

export interface GoldenStep {
  readonly cwd: string
  readonly argv: readonly string[]
  /** exit status */
  readonly rc: number
  readonly stdout: string
  readonly stderr: string
  /** stdout, when it was JSON */
  readonly json?: unknown
}

const archives = fileURLToPath(new URL('./dvc-3.67.1/', import.meta.url))

/** The names of all cases: `s01-single-file` … */
export const goldenNames: readonly string[] = readdirSync(archives)
  .flatMap(file => /^(.*)\.tar\.gz$/.exec(file)?.[1] ?? [])
  .sort()

/** Unpacks a case into a new temporary folder, which the caller removes. */
export function unpackGolden(name: string): Golden {
  const parent = mkdtempSync(join(tmpdir(), 'dv-golden-'))
  unpackTar(join(archives, `${name}.tar.gz`), parent)
  const folder = join(parent, name)
  return {
    folder,
    expect: JSON.parse(readFileSync(join(folder, 'expect.json'), 'utf8')) as GoldenExpect,
    remove: () => rmSync(parent, { recursive: true, force: true }),
  }
}
