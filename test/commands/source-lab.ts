/** A repository with data, code and a remote, and beside it one that imports from it. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectDone, type Said } from '../doubles/lab.ts'
import { openReadyLab, type TrackedLab } from './tracked-lab.ts'

export interface SourceLab extends TrackedLab {
  /** the source, beside the repository of the lab: `../src` */
  readonly source: string
  inSource(...words: readonly string[]): Promise<Said>
  /** writes into the source, adds what is tracked, commits and pushes; returns the commit */
  change(files: Readonly<Record<string, string>>, tag?: string): Promise<string>
  /** of a pointer: the lines below `deps:` */
  sourceOf(pointer: string): string
}

/** The source has `data` (a.txt, sub/b.txt) and `f.txt` as data, `code/c.py` and `README` in git, all in the commit v1. */
export async function openSourceLab(): Promise<SourceLab> {
  const lab = await openReadyLab()
  const source = join(lab.outside, 'src')
  const git = (...words: readonly string[]): string => lab.git('-C', source, ...words)
  const inSource = (...words: readonly string[]): Promise<Said> => lab.dvIn(source, ...words)
  mkdirSync(source)
  git('init', '-q', '-b', 'main')
  await expectDone(inSource('init', '-q'))
  await expectDone(inSource('remote', 'add', '-q', '-d', 'store', '../source-remote'))
  const change = async (files: Readonly<Record<string, string>>, tag?: string): Promise<string> => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(source, path, '..'), { recursive: true })
      writeFileSync(join(source, path), text)
    }
    await expectDone(inSource('add', '-q', 'data', 'f.txt'))
    await expectDone(inSource('push', '-q'))
    git('add', '-A')
    git('commit', '-qm', 'change')
    if (tag !== undefined) git('tag', tag)
    return git('rev-parse', 'HEAD').trim()
  }
  await change(
    { 'data/a.txt': 'one\n', 'data/sub/b.txt': 'two\n', 'f.txt': 'file\n', 'code/c.py': 'code\n', 'code/d.py': '3\n', README: 'readme\n' },
    'v1',
  )
  return {
    ...lab,
    source,
    inSource,
    change,
    sourceOf: pointer => /^deps:\n((?:[- ].*\n)*)/m.exec(lab.read(pointer))?.[1] ?? '',
  }
}
