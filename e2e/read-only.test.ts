/** In another user's clone without write permission, what only reads works and writes nothing. */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { listFolder } from './folder-listing.ts'
import { type Lab, openLab, type Ran, type RunOptions, repository } from './lab.ts'

const nobody = 65534
// root is stopped by no mode, so it becomes nobody; everybody else takes his own right to write away
const asNobody = process.getuid?.() === 0 ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : undefined
const missing = asNobody === undefined || canRunNode(asNobody) ? '' : ' (nobody may not run node on this machine)'

;(missing === '' ? describe : describe.skip)(`another user’s clone${missing}`, () => {
  let lab: Lab
  beforeEach(async () => {
    lab = openLab()
    await lab.type('git init -q repo && cd repo && dv init -q && mkdir d && echo 1 > d/1 && echo 2 > d/2 && echo f > f && dv add d f')
    await lab.type('git add . && git commit -q -m v1', { at: 'repo' })
    if (asNobody === undefined) return void (await lab.type('chmod -R a-w repo'))
    // the project itself may lie where nobody may look
    for (const name of ['bin', 'dist', 'package.json']) cpSync(join(repository, name), lab.path('program', name), { recursive: true })
    for (const path of ['.', 'home']) chmodSync(lab.path(path), 0o755)
  })
  afterEach(async () => {
    await lab.type('chmod -R u+w repo')
    lab.remove()
  })

  const stranger = (args: readonly string[], options: RunOptions): Promise<Ran> => {
    if (asNobody === undefined) return lab.run('dv', args, options)
    const [program = '', ...rest] = asNobody
    return lab.run(program, [...rest, process.execPath, lab.path('program/bin/dv.js'), ...args], options)
  }

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

function canRunNode([program = '', ...rest]: readonly string[]): boolean {
  return spawnSync(program, [...rest, process.execPath, '-e', '0'], { cwd: '/' }).status === 0
}
