import { existsSync, linkSync, lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { DvError } from '../../src/base/error.ts'
import { copyFile, openLinker } from '../../src/workspace/link.ts'

let folder: string
let from: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dv-link-'))
  from = join(folder, 'object')
  writeFileSync(from, 'content', { mode: 0o444 })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const to = (name: string): string => join(folder, name)

test('each kind makes what it says, and never writes over a file', () => {
  expect(openLinker(['hardlink'])(from, to('a'))).toBe('hardlink')
  expect(statSync(to('a')).ino).toBe(statSync(from).ino)
  expect(openLinker(['symlink'])(from, to('b'))).toBe('symlink')
  expect(readlinkSync(to('b'))).toBe(from)
  expect(openLinker(['copy'])(from, to('c'))).toBe('copy')
  expect(statSync(to('c')).mode & 0o777).toBe(0o666 & ~process.umask())
  for (const kind of ['reflink', 'hardlink', 'symlink', 'copy'] as const) {
    writeFileSync(to('there'), 'mine')
    expect(() => openLinker([kind])(from, to('there'))).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    expect(readFileSync(to('there'), 'utf8')).toBe('mine')
  }
})

test('a reflink is a clone or, where there are none, the next kind; either way a file of its own', () => {
  const kind = openLinker(['reflink', 'copy'])(from, to('a'))
  expect(['reflink', 'copy']).toContain(kind)
  expect(readFileSync(to('a'), 'utf8')).toBe('content')
  expect(statSync(to('a'))).toMatchObject({ nlink: 1, mode: 0o100666 & ~process.umask() })
  expect(lstatSync(from).mode & 0o777).toBe(0o444)
})

test('across file systems a hardlink becomes a copy', () => {
  const elsewhere = '/dev/shm'
  if (!existsSync(elsewhere) || statSync(elsewhere).dev === statSync(folder).dev) return
  const other = mkdtempSync(join(elsewhere, 'dv-link-'))
  try {
    const link = openLinker(['hardlink', 'copy'])
    expect([link(from, join(other, 'a')), link(from, join(other, 'b'))]).toEqual(['copy', 'copy'])
    expect(openLinker(['hardlink', 'symlink'])(from, join(other, 'c'))).toBe('symlink')
  } finally {
    rmSync(other, { recursive: true, force: true })
  }
})

test('a file that has as many names as it can have is copied; the next one is linked again', () => {
  if (statSync(folder).dev === statSync('/dev/shm').dev) return
  const most = 65_000 // ext4's; other file systems have more, and then there is nothing to see here
  const link = openLinker(['hardlink', 'copy'])
  expect(link(from, to('first'))).toBe('hardlink')
  for (let at = statSync(from).nlink; at < most; at++) linkSync(from, to(`n${at}`))
  const kind = link(from, to('one-too-many'))
  writeFileSync(to('other'), 'other')
  expect(link(to('other'), to('next'))).toBe('hardlink')
  expect(readFileSync(to('one-too-many'), 'utf8')).toBe('content')
  expect(['copy', 'hardlink']).toContain(kind)
})

test('a copy that is stopped leaves nothing', () => {
  const pulse = (): never => {
    throw new DvError('interrupted', 'stopped')
  }
  expect(() => copyFile(from, to('a'), { pulse })).toThrow('stopped')
  expect(existsSync(to('a'))).toBe(false)
})

test('executable: its owner may run it, and the group only what the umask leaves', () => {
  copyFile(from, to('a'), { executable: true })
  expect(statSync(to('a')).mode & 0o777).toBe((0o666 & ~process.umask()) | 0o100)
})
