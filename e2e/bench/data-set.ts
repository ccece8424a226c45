import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sampleStream } from '../sample-bytes.ts'

const filesInFolder = 200
const chunk = 8 * 2 ** 20 // bytes

/** `files` files of `size` bytes each, no two alike, in folders of 200. */
export function writeDataSet(folder: string, files: number, size: number): void {
  for (let n = 0; n < files; n++) writeFile(join(folder, pathOf(n)), size, 'first')
}

/** Every hundredth file, at least one, gets other bytes of the same length. Removed first: it may be a link into a cache. */
export function changeOnePercent(folder: string, files: number, size: number): void {
  for (let n = 0; n < files; n += 100) {
    rmSync(join(folder, pathOf(n)), { force: true })
    writeFile(join(folder, pathOf(n)), size, 'second')
  }
}

const pathOf = (n: number): string => `${Math.floor(n / filesInFolder)}/${n}.bin`

function writeFile(path: string, size: number, version: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  const next = sampleStream(`${path.split('/').at(-1)} ${version}`)
  const file = openSync(path, 'w')
  for (let left = size; left > 0; left -= chunk) writeSync(file, next(Math.min(left, chunk)))
  closeSync(file)
}
