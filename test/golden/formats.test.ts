/** Every file that DVC wrote, read and printed again, is the same bytes. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { parseConfigFile, printConfigFile } from '../../src/format/config-file.ts'
import { addIgnoreLine, removeIgnoreLine } from '../../src/format/git-ignore-lines.ts'
import { idFromObjectPath, objectPath } from '../../src/format/object-path.ts'
import { resolveOutputPath } from '../../src/format/output-path.ts'
import { parsePointer, printPointer, updatePointer } from '../../src/format/pointer.ts'
import { checkConfig } from '../../src/format/settings.ts'
import { parseTree, printTree, treeId } from '../../src/format/tree.ts'
import { goldenNames, unpackGolden } from './unpack-golden.ts'

const cases = goldenNames.map(name => ({ name, ...unpackGolden(name) }))
afterAll(() => {
  for (const { remove } of cases) remove()
})

/** Paths relative to `folder`, of files, without `.git`. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .filter(path => !path.split('/').includes('.git'))

/** These were not fresh: a person or a later run had ordered them otherwise. */
const patched = ['s09-annotated-pointer/repo/a.dvc', 's09-annotated-pointer/repo/b.dvc', 's12-partial-update/repo/data.dvc']

test('pointers', () => {
  const seen: string[] = []
  for (const { name, folder } of cases) {
    for (const path of filesIn(folder).filter(path => path.startsWith('repo/') && path.endsWith('.dvc'))) {
      const text = readFileSync(join(folder, path), 'utf8')
      const pointer = parsePointer(text, path)
      expect(updatePointer(text, pointer)).toBe(text)
      if (patched.includes(`${name}/${path}`)) expect(parsePointer(printPointer(pointer), path)).toEqual(pointer)
      else expect(printPointer(pointer)).toBe(text)
      seen.push(path)
    }
  }
  expect(seen).toHaveLength(31)
})

test('tree objects, and where they lie', () => {
  let seen = 0
  for (const { folder, expect: expected } of cases) {
    for (const store of ['repo/.dvc/cache', 'remote']) {
      for (const path of filesIn(folder).filter(path => path.startsWith(`${store}/`) && path.endsWith('.dir'))) {
        const bytes = readFileSync(join(folder, path))
        const key = relative(store, path)
        const hash = key.startsWith('files/md5/') ? 'md5' : 'md5-dos2unix'
        const id = treeId(bytes)
        expect(idFromObjectPath(key, hash)).toBe(id)
        expect(objectPath(id, hash)).toBe(key)
        expect(Buffer.from(printTree(parseTree(bytes)))).toEqual(bytes)
        expect(expected.dir_objects[id]?.raw).toBe(bytes.toString())
        seen++
      }
    }
  }
  expect(seen).toBe(23)
})

test('config files', () => {
  let seen = 0
  for (const { folder } of cases) {
    for (const path of filesIn(folder).filter(path => /^repo\/\.dvc\/config(?:\.local)?$/.test(path))) {
      const text = readFileSync(join(folder, path), 'utf8')
      const config = parseConfigFile(text, path)
      checkConfig(config, path)
      expect(printConfigFile(config)).toBe(text)
      seen++
    }
  }
  expect(seen).toBe(12)
})

test('ignore lines', () => {
  let seen = 0
  for (const { folder } of cases) {
    const repo = join(folder, 'repo')
    const paths = filesIn(repo)
    const outputs = paths
      .filter(path => path.endsWith('.dvc'))
      .flatMap(file => {
        const { outputs, workingFolder } = parsePointer(readFileSync(join(repo, file), 'utf8'), file)
        return outputs.map(({ path }) => resolveOutputPath({ root: repo, pointerFile: join(repo, file), workingFolder, path }))
      })
    for (const file of paths.filter(path => basename(path) === '.gitignore' && dirname(path) !== '.dvc')) {
      const text = readFileSync(join(repo, file), 'utf8')
      const names = outputs.filter(path => dirname(path) === dirname(join(repo, file))).map(path => basename(path))
      const lines = text.split('\n')
      const place = (name: string): number => lines.indexOf(addIgnoreLine('', name).trimEnd())
      expect(names.map(place)).not.toContain(-1)
      expect(names.sort((a, b) => place(a) - place(b)).reduce(addIgnoreLine, '')).toBe(text)
      expect(names.reduce(addIgnoreLine, text)).toBe(text)
      expect(names.reduce(removeIgnoreLine, text)).toBe('')
      seen += names.length
    }
  }
  expect(seen).toBe(31)
})
