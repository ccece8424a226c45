/** What every kind of place that data is taken from must do. */
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { compareCodePoints } from '../../src/base/code-points.ts'
import type { FileSource, SourceFile } from '../../src/store/file-source.ts'
import type { ReadOptions } from '../../src/store/object-store.ts'

export interface SourceBench {
  /** `path` '' is the place's own root */
  open(path: string): Promise<FileSource>
  put(path: string, bytes: string | Buffer): void
  close(): Promise<void>
}

export const { signal } = new AbortController()

export const lookAtFile = async (source: FileSource): Promise<SourceFile> => {
  const seen = await source.look(signal)
  if (seen?.kind !== 'file') throw new Error(`not a file: ${JSON.stringify(seen)}`)
  return seen
}

export const readAll = (source: FileSource, file: SourceFile, options: Partial<ReadOptions> = {}): Promise<Buffer> =>
  source.read(file, { signal, ...options }, body => buffer(body))

export function fileSourceContract(
  kind: string,
  openBench: () => Promise<SourceBench>,
  has: { readonly folders: boolean; readonly sizes?: boolean },
): void {
  describe(`files of ${kind}`, () => {
    let bench: SourceBench
    const opened: FileSource[] = []
    const open = async (path: string): Promise<FileSource> => {
      const source = await bench.open(path)
      opened.push(source)
      return source
    }
    beforeEach(async () => {
      bench = await openBench()
    })
    afterEach(async () => {
      for (const source of opened.splice(0)) await source.close()
      await bench.close()
    })

    test('one file: seen, and read whole or from a byte on', async () => {
      const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7) % 251))
      bench.put('d/big.bin', bytes)
      const source = await open('d/big.bin')
      const file = await lookAtFile(source)
      expect(file).toMatchObject({ path: '', size: has.sizes === false ? undefined : bytes.length })
      expect((await readAll(source, file)).equals(bytes)).toBe(true)
      expect((await readAll(source, file, { start: 2_999_990 })).equals(bytes.subarray(2_999_990))).toBe(true)
    })

    test('an empty file, and a name that needs care', async () => {
      bench.put('d/é +&#1;%41.txt', '')
      const source = await open('d/é +&#1;%41.txt')
      const file = await lookAtFile(source)
      expect(file.size).toBe(has.sizes === false ? undefined : 0)
      expect(await readAll(source, file)).toHaveLength(0)
    })

    test('what is not there', async () => {
      expect(await (await open('nowhere')).look(signal)).toBeUndefined()
    })

    test('the mark changes with the content; a file that is another by now is not read', async () => {
      bench.put('a', 'first')
      const source = await open('a')
      const file = await lookAtFile(source)
      expect((await lookAtFile(source)).mark).toBe(file.mark)
      bench.put('a', 'second')
      expect((await lookAtFile(source)).mark).not.toBe(file.mark)
      await expect(readAll(source, file)).rejects.toMatchObject({ code: 'file-changed' })
    })

    test('stopped by its signal', async () => {
      bench.put('a', 'x')
      const source = await open('a')
      const file = await lookAtFile(source)
      await expect(readAll(source, file, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' })
    })

    test('an error of the reader is handed on', async () => {
      bench.put('a', 'x')
      const source = await open('a')
      const mine = new Error('mine')
      await expect(source.read(await lookAtFile(source), { signal }, () => Promise.reject(mine))).rejects.toBe(mine)
    })

    const withFolders = has.folders ? test : test.skip
    withFolders('a folder: all files below it, or what lies in one folder', async () => {
      for (const path of ['d/b.txt', 'd/s/1', 'd/s/t/2', 'd/é+ +&.txt', 'dd/not', 'z']) bench.put(path, path)
      const source = await open('d')
      expect(await source.look(signal)).toEqual({ kind: 'folder', path: '' })
      const found: SourceFile[] = []
      for await (const page of source.files(signal)) for (const file of page) found.push(file)
      expect(found.map(file => file.path).sort(compareCodePoints)).toEqual(['b.txt', 's/1', 's/t/2', 'é+ +&.txt'])
      for (const file of found) expect(String(await readAll(source, file))).toBe(`d/${file.path}`)
      const names = async (folder: string) => (await source.entries(folder, signal)).map(entry => `${entry.kind} ${entry.path}`).sort()
      expect(await names('')).toEqual(['file b.txt', 'file é+ +&.txt', 'folder s'])
      expect(await names('s')).toEqual(['file s/1', 'folder s/t'])
    })
  })
}
