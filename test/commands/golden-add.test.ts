/** What `dv add` writes, held against what the real DVC wrote for the same files, byte for byte. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { parsePointer } from '../../src/format/pointer.ts'
import { expectDone, filesBelow, type Lab, openLab } from '../doubles/lab.ts'
import { type Golden, unpackGolden } from '../golden/unpack-golden.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function prepare(name: string, input = 'input'): Promise<{ golden: Golden; lab: Lab }> {
  const golden = unpackGolden(name)
  const lab = await openLab({ ready: true })
  closing.push(golden.remove, lab.close)
  lay(golden, lab, input)
  return { golden, lab }
}

const lay = (golden: Golden, lab: Lab, input: string): void =>
  cpSync(join(golden.folder, input), lab.root, { recursive: true, preserveTimestamps: true })

/** The targets of the n-th `dvc add` of the case. */
const addOf = (golden: Golden, at = 0): readonly string[] =>
  golden.expect.steps.filter(step => step.argv[1] === 'add')[at]?.argv.slice(2) ?? []

/** Every pointer and ignore file, and every object with its mode, are DVC's. */
function expectDvcs(golden: Golden, lab: Lab): void {
  const texts = Object.keys(golden.expect.text_files)
  expect(Object.fromEntries(texts.map(path => [path, existsSync(join(lab.root, path)) ? lab.read(path) : undefined]))).toEqual(
    golden.expect.text_files,
  )
  expectDvcsCache(golden, lab)
}

function expectDvcsCache(golden: Golden, lab: Lab): void {
  const theirs = join(golden.folder, 'repo/.dvc/cache/files')
  const ours = join(lab.root, '.dvc/cache/files')
  expect(filesBelow(ours)).toEqual(filesBelow(theirs))
  for (const path of filesBelow(ours)) {
    expect(readFileSync(join(ours, path)).equals(readFileSync(join(theirs, path)))).toBe(true)
    expect((statSync(join(ours, path)).mode & 0o777).toString(8)).toBe('444')
  }
}

test.each(['s01-single-file', 's02-image-dir', 's03-tricky-names', 's04-empty-and-exec', 's05-dvcignore'])('%s', async name => {
  const { golden, lab } = await prepare(name)
  await expectDone(lab.dv('add', ...addOf(golden)))
  expectDvcs(golden, lab)
})

test('s06-two-versions: add, change, add again', async () => {
  const { golden, lab } = await prepare('s06-two-versions', 'input/v1')
  await expectDone(lab.dv('add', ...addOf(golden)))
  for (const path of ['data', 'model.bin']) rmSync(join(lab.root, path), { recursive: true })
  lay(golden, lab, 'input/v2')
  await expectDone(lab.dv('add', ...addOf(golden, 1)))
  expectDvcs(golden, lab)
})

test('s09-annotated-pointer: comments, order and foreign keys stay, and DVC reads the same from it', async () => {
  const { golden, lab } = await prepare('s09-annotated-pointer')
  await expectDone(lab.dv('add', 'a', 'b'))
  for (const name of ['a', 'b']) {
    const edited = readFileSync(join(golden.folder, `input/${name}.dvc.edited`), 'utf8')
    const now = join(golden.folder, 'repo', name)
    lab.write(`${name}.dvc`, edited)
    lab.write(name, readFileSync(now))
    await expectDone(lab.dv('add', name))
    const written = lab.read(`${name}.dvc`)
    expect(parsePointer(written, name)).toEqual(parsePointer(golden.expect.text_files[`${name}.dvc`] ?? '', name))
    expect(withoutContent(written)).toBe(withHash(withoutContent(edited)))
  }
})

/** A pointer of DVC 2 becomes one of DVC 3 when its content changes. */
const withHash = (text: string): string => (text.includes('hash: md5') ? text : `${text.trimEnd()}\n      hash: md5\n`)

/** the lines that tell of the content may change, no others */
const withoutContent = (text: string): string => text.replace(/(md5: )\S+/g, '$1').replace(/(size: )\d+/g, '$1')

test('s12-partial-update: one file more, one file less, then the whole', async () => {
  const { golden, lab } = await prepare('s12-partial-update')
  const bytesOf = (id: string): Buffer => readFileSync(join(golden.folder, 'repo/.dvc/cache/files/md5', id.slice(0, 2), id.slice(2)))
  const pointerAt = async (...targets: string[]): Promise<string> => {
    await expectDone(lab.dv('add', ...targets))
    return lab.read('data.dvc')
  }
  expect(await pointerAt('data', 'file.txt')).toBe(
    dvcsText('9c2d61806e7702c9d1407c00adc22efd', ['size: 4', 'nfiles: 2', 'hash: md5', 'path: data']),
  )
  lab.write('data/sub/9', bytesOf('7c5aba41f53293b712fd86d08ed5b36e'))
  lab.write('data/loose', bytesOf('0f4b8041951252e9ec967204510c7ac7'))
  expect(await pointerAt('data/sub/9')).toBe(
    dvcsText('db7a743dab2da020dd13004c351800af', ['size: 6', 'nfiles: 3', 'hash: md5', 'path: data']),
  )
  rmSync(join(lab.root, 'data/1'))
  expect(await pointerAt('data/1')).toBe(dvcsText('8084cc0504bdb5322159692a95c83f29', ['nfiles: 2', 'hash: md5', 'path: data']))
  mkdirSync(join(lab.root, 'top/in'), { recursive: true })
  writeFileSync(join(lab.root, 'top/in/f'), bytesOf('a8a78d0ff555c931f045b6f448129846'))
  await expectDone(lab.dv('add', 'top/in/f'))
  expect((await lab.dv('add', 'top')).exit).toBe(1)
  expect(await pointerAt('data')).toBe(golden.expect.text_files['data.dvc'])
  expectDvcsCache(golden, lab)
})

const dvcsText = (md5: string, keys: readonly string[]): string => `outs:\n- md5: ${md5}.dir\n${keys.map(key => `  ${key}\n`).join('')}`
