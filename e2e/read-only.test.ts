/** In another user's clone without write permission, what only reads works and writes nothing. */
import { chmodSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { listFolder } from './folder-listing.ts'
import { type Lab, openLab, type Ran, type RunOptions } from './lab.ts'

const isRoot = process.getuid?.() === 0
const nobody = 65534

describe('another user’s clone', () => {
  let lab: Lab
  beforeEach(async () => {
    lab = openLab()
    await lab.type('git init -q repo && cd repo && dv init -q && mkdir d && echo 1 > d/1 && echo 2 > d/2 && echo f > f && dv add d f')
    await lab.type('git add . && git commit -q -m v1', { at: 'repo' })
    // root is stopped by no mode, so it becomes nobody; everybody else takes his own right to write away
    if (isRoot) for (const path of ['.', 'home', 'bin']) chmodSync(lab.path(path), 0o755)
    else await lab.type('chmod -R a-w repo')
  })
  afterEach(async () => {
    await lab.type('chmod -R u+w repo')
    lab.remove()
  })

  const stranger = (args: readonly string[], options: RunOptions): Promise<Ran> =>
    isRoot
      ? lab.run('setpriv', [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', 'dv', ...args], options)
      : lab.run('dv', args, options)

  test('status works and writes nothing', async () => {
    const before = listFolder(lab.path('repo'))
    const ran = await stranger(['status', '--json'], { at: 'repo' })
    expect(JSON.parse(ran.stdout)).toEqual({})
    expect(ran.stderr).toBe('')
    expect(listFolder(lab.path('repo'))).toEqual(before)
  })

  test('status sees a change without an index to write to', async () => {
    await lab.type('chmod u+w repo/d repo/d/1 && echo changed > repo/d/1 && rm -rf repo/.dvc/tmp || true')
    const before = listFolder(lab.path('repo'))
    const ran = await stranger(['status', '--json'], { at: 'repo' })
    expect(JSON.parse(ran.stdout)).toEqual({ 'd.dvc': [{ 'changed outs': { d: 'modified' } }] })
    expect(listFolder(lab.path('repo'))).toEqual(before)
  })

  test('add says which place may not be written, and changes nothing', async () => {
    const before = listFolder(lab.path('repo'))
    const ran = await stranger(['add', 'd'], { at: 'repo', exit: 'any' })
    expect(ran.exit).toBe(1)
    expect(ran.stderr).toContain(lab.path('repo'))
    expect(ran.stderr).not.toMatch(/\n\s+at |bug in dv/)
    expect(listFolder(lab.path('repo'))).toEqual(before)
  })
})
