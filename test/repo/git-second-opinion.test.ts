/** Two readers of git, written by different people, see the same repository. */
import fs from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import * as isomorphic from 'isomorphic-git'
import { openGit } from '../../src/repo/git.ts'
import { type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab

beforeAll(async () => {
  lab = await openLab()
  lab.write('a.dvc', 'outs:\n- md5: b1946ac92492d2347c6235b4d2611184\n  size: 6\n  hash: md5\n  path: a\n')
  lab.write('sub/é.txt', 'text\n')
  lab.git('add', '-A')
  lab.git('commit', '-qm', 'one')
  lab.write('a.dvc', 'outs: []\n')
  lab.git('commit', '-qam', 'two')
  lab.git('branch', 'side')
  lab.git('tag', 'v1', 'HEAD~1')
})
afterAll(() => lab.close())

test('commits, names, bytes and index agree with isomorphic-git', async () => {
  const git = openGit(lab.root, process.env)
  const head = git.head() ?? ''
  expect(head).toBe(await isomorphic.resolveRef({ fs, dir: lab.root, ref: 'HEAD' }))
  expect([...git.commits('tags')]).toEqual([await isomorphic.resolveRef({ fs, dir: lab.root, ref: 'v1' })])
  for (const oid of [head, ...git.commits('tags')]) {
    const names = await isomorphic.listFiles({ fs, dir: lab.root, ref: oid })
    const top = (await git.treeAt(oid, ''))?.map(entry => entry.name) ?? []
    expect(top).toEqual([...new Set(names.map(name => name.split('/')[0]))])
    for (const filepath of names) {
      const { blob } = await isomorphic.readBlob({ fs, dir: lab.root, oid, filepath })
      expect(Buffer.from((await git.readAt(oid, filepath)) ?? []).equals(Buffer.from(blob))).toBe(true)
    }
  }
  expect(git.trackedUnder([lab.root])).toEqual((await isomorphic.listFiles({ fs, dir: lab.root })).map(name => join(lab.root, name)))
  await git.close()
})
