import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import type { ObjectId } from '../../src/base/object-id.ts'
import { readKnownOutputs, rememberOutputs } from '../../src/repo/known-outputs.ts'
import { temporaryRepository } from './temporary-repository.ts'

const id = 'b1946ac92492d2347c6235b4d2611184' as ObjectId

test('remembers, replaces and forgets outputs, whatever they are called', () => {
  const { root } = temporaryRepository({ git: false })
  expect(readKnownOutputs(root)).toEqual([])
  const odd = { path: join(root, 'a b\n"c" é'), id, hash: 'md5' } as const
  const old = { path: join(root, 'sub/d'), id: `${id}.dir` as ObjectId, hash: 'md5-dos2unix' } as const
  rememberOutputs(root, [odd, old])
  expect(readKnownOutputs(root)).toEqual([odd, old])
  rememberOutputs(root, [{ ...old, hash: 'md5' }], [odd.path])
  expect(readKnownOutputs(root)).toEqual([{ ...old, hash: 'md5' }])
})

test('believes no line that is damaged, or that names what cannot be an output', () => {
  const { root } = temporaryRepository({ git: false })
  rememberOutputs(root, [{ path: join(root, 'good'), id, hash: 'md5' }])
  const file = join(root, '.dvc/tmp/dv/known-outputs')
  const line = (path: unknown, name: string = id): string => `${name} md5 ${JSON.stringify(path)}\n`
  const bad = [
    line('../x'),
    line('/etc/passwd'),
    line('.git/hooks'),
    line('.dvc/config'),
    line(''),
    line('x', 'short'),
    `${id} md5 "x\n`,
    `${id} sha1 "x"\n`,
  ]
  writeFileSync(file, bad.join('') + readFileSync(file, 'utf8'))
  expect(readKnownOutputs(root).map(({ path }) => path)).toEqual([join(root, 'good')])
})
