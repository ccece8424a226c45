/** What goes wrong, side by side: dv exits as dvc does, names what is the matter, and changes nothing. */
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { listFolder, md5 } from './folder-listing.ts'
import { type Lab, openLab } from './lab.ts'

interface Mistake {
  readonly args: readonly string[]
  /** brings the copy of the repository into the state that the mistake needs */
  readonly given?: (lab: Lab, at: string) => unknown
  /** what our message must name */
  readonly says: RegExp
  /** where we differ from dvc on purpose, and why */
  readonly ours?: { readonly exit: number; readonly because: string }
  /** folder below the lab's copy, default the repository */
  readonly in?: string
}

const withRemote = (lab: Lab, at: string): unknown => lab.type('dvc remote add -q -d store ../store && mkdir ../store', { at })
const badPointer = (lab: Lab, at: string): unknown => lab.write(`${at}/bad.dvc`, 'outs:\n- path: x\n  unknown: 1\n')
const noPointer = (lab: Lab, at: string): unknown => lab.write(`${at}/bad.dvc`, 'outs: [a\n - b: {\n')
const emptyCache = (lab: Lab, at: string): unknown => lab.type('rm -rf .dvc/cache d f.txt', { at })
const unsaved = (lab: Lab, at: string): unknown => lab.type('echo mine > d/1; echo mine > d/extra', { at })
const unknownKey = (lab: Lab, at: string): unknown => lab.write(`${at}/.dvc/config`, '[core]\n    nosuch = 1\n')
const unreadable = (lab: Lab, at: string): unknown => lab.write(`${at}/.dvc/config`, '[core\nremote store\n')

const mistakes: Readonly<Record<string, readonly Mistake[]>> = {
  add: [
    { args: ['add', 'nosuch'], says: /nosuch/ },
    { args: ['add', '/etc/hostname'], says: /\/etc\/hostname/ },
    { args: ['add', '../outside.txt'], given: (lab, at) => lab.write(`${at}/../outside.txt`, 'x'), says: /outside\.txt/ },
    { args: ['add', 'd.dvc'], says: /d\.dvc/ },
    { args: ['add', 'top'], says: /top\/in\/f/ },
    { args: ['add', 'x.log'], given: ignoredLog, says: /\.dvcignore/ },
    { args: ['add', '--glob', 'glob*'], says: /glob\*/ },
    { args: ['add', 'README.md'], says: /README\.md/ },
    { args: ['add'], says: /targets|argument/i },
    { args: ['add', '--nosuch-flag', 'd'], says: /--nosuch-flag/ },
    { args: ['add', 'broken'], given: (lab, at) => symlinkSync('nowhere', lab.path(at, 'broken')), says: /broken/ },
    { args: ['add', 'd'], given: badPointer, says: /bad\.dvc/ },
    { args: ['add', 'd'], given: noPointer, says: /bad\.dvc/ },
  ],
  status: [
    { args: ['status'], given: badPointer, says: /bad\.dvc/ },
    { args: ['status'], given: noPointer, says: /bad\.dvc/ },
    { args: ['status', 'nosuch'], says: /nosuch/ },
    { args: ['status', '-c'], says: /remote/ },
    { args: ['status', '-c', '-r', 'nosuch'], given: withRemote, says: /nosuch/ },
    { args: ['status'], in: '..', says: /not inside|repository/ },
  ],
  checkout: [
    { args: ['checkout'], given: unsaved, says: /d\/(1|extra)/ },
    { args: ['checkout', 'd'], given: unsaved, says: /d\/(1|extra)/ },
    { args: ['checkout', 'nosuch'], says: /nosuch/ },
    { args: ['checkout', 'nosuch.dvc'], says: /nosuch/ },
    { args: ['checkout'], given: badPointer, says: /bad\.dvc/ },
    { args: ['checkout'], given: emptyCache, says: /f\.txt/ },
    { args: ['checkout', '-R'], in: '..', says: /not inside|repository/ },
  ],
  'push, fetch, pull': [
    { args: ['push'], says: /remote/ },
    // nothing is wanted of it, so dvc does not miss it
    { args: ['fetch'], says: /up to date|remote/ },
    { args: ['pull'], says: /up to date|remote/ },
    {
      args: ['fetch'],
      given: emptyCache,
      says: /remote/,
      ours: { exit: 1, because: 'dvc fetches nothing from nowhere and calls it success' },
    },
    { args: ['pull'], given: emptyCache, says: /remote/ },
    { args: ['push', '-r', 'nosuch'], given: withRemote, says: /nosuch/ },
    { args: ['push', 'nosuch'], given: withRemote, says: /nosuch/ },
    { args: ['fetch', 'nosuch'], given: withRemote, says: /nosuch/ },
    { args: ['pull', 'nosuch'], given: withRemote, says: /nosuch/ },
    { args: ['push'], given: remoteAndBadPointer, says: /bad\.dvc/ },
    { args: ['push', '-j', 'many'], given: withRemote, says: /many/ },
    { args: ['push'], given: ftpRemote, says: /ftp:\/\// },
    {
      args: ['push'],
      given: nothingAnywhere,
      says: /b1946ac92492d2347c6235b4d2611184/,
      ours: { exit: 1, because: 'dvc only warns of objects that are in neither place' },
    },
    {
      args: ['fetch'],
      given: nothingAnywhere,
      says: /b1946ac92492d2347c6235b4d2611184/,
      ours: { exit: 1, because: 'dvc only warns of objects that are in neither place' },
    },
    { args: ['pull'], given: nothingAnywhere, says: /f\.txt/ },
  ],
  'remote and config': [
    { args: ['remote', 'add', 'store', '../x'], given: withRemote, says: /store/ },
    { args: ['remote', 'add', 'store'], says: /url|argument/i },
    { args: ['remote', 'remove', 'nosuch'], says: /nosuch/ },
    { args: ['remote', 'default', 'nosuch'], says: /nosuch|remote list/ },
    { args: ['remote', 'default'], says: /default remote/i },
    { args: ['remote', 'rename', 'nosuch', 'x'], says: /nosuch/ },
    { args: ['remote', 'modify', 'nosuch', 'jobs', '2'], says: /nosuch/ },
    { args: ['remote', 'modify', 'store', 'jobs', 'many'], given: withRemote, says: /jobs/ },
    { args: ['remote', 'modify', 'store', 'nosuch', '2'], given: withRemote, says: /nosuch/ },
    { args: ['config', 'core.nosuch', '1'], says: /nosuch/ },
    { args: ['config', 'nosuch.key', '1'], says: /nosuch/ },
    { args: ['config', 'core'], says: /section|name/ },
    { args: ['config', '--local', 'core.remote'], says: /core/ },
    { args: ['config', '-u', 'core.remote'], says: /core/ },
    { args: ['config', 'core.autostage', 'perhaps'], says: /autostage/ },
    { args: ['config', 'cache.type', 'wormhole'], says: /wormhole/ },
    { args: ['status'], given: unknownKey, says: /nosuch/ },
    { args: ['remote', 'add', 'f', 'ftp://host/x'], says: /ftp:\/\// },
    { args: ['status'], given: unreadable, says: /config/ },
  ],
  'init and the rest': [
    { args: ['init'], says: /\.dvc/ },
    { args: ['init'], in: '..', says: /--no-scm|[Gg]it/ },
    { args: ['init'], in: 'sub', given: (lab, at) => mkdirSync(lab.path(at, 'sub')), says: /--subdir|[Gg]it/ },
    { args: ['nosuch-verb'], says: /nosuch-verb/ },
    { args: ['push'], in: '..', says: /not inside|repository/ },
  ],
}

describeWith(['dvc'], 'a mistake', () => {
  let lab: Lab
  let copies = 0
  beforeAll(async () => {
    lab = openLab()
    await openRepository(lab, 'base')
  })
  afterAll(() => lab.remove())

  for (const [verbs, list] of Object.entries(mistakes)) {
    describe(verbs, () => {
      for (const mistake of list) {
        const where = mistake.in === undefined ? '' : ` in ${mistake.in}`
        test(`${mistake.args.join(' ')}${where}${mistake.given ? ` (${mistake.says.source})` : ''}`, async () => {
          const theirs = await tried(lab, `case${copies}/theirs`, 'dvc', mistake)
          const ours = await tried(lab, `case${copies++}/ours`, 'dv', mistake)
          expect(ours.exit).toBe(mistake.ours?.exit ?? theirs.exit)
          expect(ours.stdout + ours.stderr).toMatch(mistake.says)
          expect(ours.stderr).not.toMatch(/\n\s+at |bug in dv/)
          expect(ours.after).toEqual(ours.before)
        })
      }
    })
  }
})

async function tried(lab: Lab, folder: string, program: string, mistake: Mistake) {
  await lab.type(`mkdir -p ${folder} && cp -a base ${folder}/repo`)
  const at = `${folder}/repo`
  await mistake.given?.(lab, at)
  const state = (): string[] => stateOf(lab, folder)
  const before = state()
  const ran = await lab.run(program, mistake.args, { at: `${at}/${mistake.in ?? ''}`, exit: 'any' })
  return { ...ran, before, after: state() }
}

async function remoteAndBadPointer(lab: Lab, at: string): Promise<void> {
  await withRemote(lab, at)
  badPointer(lab, at)
}

async function nothingAnywhere(lab: Lab, at: string): Promise<void> {
  await withRemote(lab, at)
  await emptyCache(lab, at)
}

function ftpRemote(lab: Lab, at: string): void {
  lab.write(`${at}/.dvc/config`, `[core]\n    remote = f\n['remote "f"']\n    url = ftp://host/x\n`)
}

/** Everything but what a tool may keep for itself: `.dvc/tmp`, and the empty folder for the cache's unfinished files. */
function stateOf(lab: Lab, folder: string): string[] {
  const housekeeping = /^repo\/\.dvc\/cache\/(?:\.dv\/(?:tmp\/)?)? /
  return listFolder(lab.path(folder), { without: ['repo/.dvc/tmp'] }).filter(line => !housekeeping.test(line))
}

function ignoredLog(lab: Lab, at: string): void {
  lab.write(`${at}/.dvcignore`, '*.log\n')
  lab.write(`${at}/x.log`, 'x')
}

async function openRepository(lab: Lab, at: string): Promise<void> {
  await lab.type(`git init -q ${at}`)
  const files = { 'README.md': 'ours\n', 'f.txt': 'hello\n', 'd/1': 'one', 'd/2': 'two', 'top/in/f': 'x' }
  for (const [path, bytes] of Object.entries(files)) lab.write(`${at}/${path}`, bytes)
  await lab.type('dvc init -q && git add README.md && dvc add -q f.txt d top/in/f && git add . && git commit -q -m base', { at })
}

const hostilePaths = [
  '../x',
  'a/../../x',
  '/abs',
  '.',
  '',
  'a//b',
  'a/./b',
  'nul\0',
  '.git/hooks/post-checkout',
  '.GIT/config',
  '.dvc/config',
  'a/.Dvc/x',
]

describe('a stranger’s repository', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = openLab()
    await lab.type('git init -q base && cd base && dv init -q && git commit -q -m init')
  })
  afterAll(() => lab.remove())

  test.each(hostilePaths.map((path, n) => ({ shown: JSON.stringify(path), path, n })))(
    'a .dir with $shown is refused whole',
    async ({ path, n }) => {
      const at = `dir${n}/repo`
      await lab.type(`mkdir dir${n} && cp -a base ${at}`)
      const good = putObject(lab, at, 'good')
      const bytes = JSON.stringify([
        { md5: good, relpath: 'fine' },
        { md5: good, relpath: path },
      ])
      const tree = putObject(lab, at, bytes, '.dir')
      lab.write(`${at}/data.dvc`, `outs:\n- md5: ${tree}.dir\n  size: 8\n  nfiles: 2\n  hash: md5\n  path: data\n`)
      await expectRefused(lab, `dir${n}`, ['checkout'])
    },
  )

  const hostilePointers = {
    'path: ../x': '../x',
    'path: /abs/x': '/abs/x',
    'path: .': '.',
    'path: .git/config': '.git/config',
    'path: .dvc/config': '.dvc/config',
  }
  test.each(Object.entries(hostilePointers))('a pointer with %s is refused', async (title, path) => {
    const name = `pointer${md5(title).slice(0, 6)}`
    const at = `${name}/repo`
    await lab.type(`mkdir ${name} && cp -a base ${at}`)
    const id = putObject(lab, at, 'good')
    lab.write(`${at}/data.dvc`, `outs:\n- md5: ${id}\n  size: 4\n  hash: md5\n  path: ${path}\n`)
    await expectRefused(lab, name, ['checkout'])
  })

  test('wdir and path that stay inside are legal', async () => {
    await lab.type('mkdir legal && cp -a base legal/repo')
    const id = putObject(lab, 'legal/repo', 'good')
    lab.write('legal/repo/a/data.dvc', `wdir: ../b\nouts:\n- md5: ${id}\n  size: 4\n  hash: md5\n  path: ../c/file\n`)
    await lab.type('dv checkout', { at: 'legal/repo' })
    expect((await lab.type('cat c/file', { at: 'legal/repo' })).stdout).toBe('good')
  })

  test('checkout does not write through a link that leaves the repository', async () => {
    await lab.type('mkdir -p link/outside && cp -a base link/repo')
    const at = 'link/repo'
    symlinkSync(lab.path('link/outside'), lab.path(at, 'data'))
    const good = putObject(lab, at, 'good')
    const tree = putObject(
      lab,
      at,
      JSON.stringify([{ md5: good, relpath: 'x' }])
        .replaceAll(':"', ': "')
        .replaceAll(',"', ', "'),
      '.dir',
    )
    lab.write(`${at}/data/../sub.dvc`, `outs:\n- md5: ${tree}.dir\n  size: 4\n  nfiles: 1\n  hash: md5\n  path: data/inner\n`)
    await lab.run('dv', ['checkout'], { at, exit: 'any' })
    expect(listFolder(lab.path('link/outside'))).toEqual([])
  })

  test('a git repository of somebody else gets a hint with the line to type', async () => {
    if (process.getuid?.() !== 0) return // only root can make one
    await lab.type('mkdir owned && cp -a base owned/repo && chown -R 65534 owned/repo')
    lab.write('owned/repo/f', 'x')
    const ran = await lab.type('dv add f', { at: 'owned/repo', exit: 'any', env: { SUDO_UID: '' } })
    if (ran.exit !== 0) expect(ran.stderr).toContain(`git config --global --add safe.directory ${lab.path('owned/repo')}`)
  })
})

/** Puts bytes in the cache under their md5, read-only as DVC leaves them. Returns the md5. */
function putObject(lab: Lab, at: string, bytes: string, suffix = ''): string {
  const id = md5(bytes)
  const path = `${at}/.dvc/cache/files/md5/${id.slice(0, 2)}/${id.slice(2)}${suffix}`
  rmSync(lab.path(path), { force: true })
  lab.write(path, bytes)
  chmodSync(lab.path(path), 0o444)
  return id
}

async function expectRefused(lab: Lab, folder: string, args: readonly string[]): Promise<void> {
  const state = (): string[] => stateOf(lab, folder)
  const before = state()
  const ran = await lab.run('dv', args, { at: `${folder}/repo`, exit: 'any' })
  expect(ran.exit).toBe(255)
  expect(ran.stderr).toContain('data.dvc')
  expect(ran.stderr).not.toMatch(/\n\s+at |bug in dv/)
  expect(state()).toEqual(before)
}
