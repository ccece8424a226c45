/** dv config, dv trust and dv version. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'

let lab: Lab
afterEach(() => lab.close())

const open = async (): Promise<void> => {
  lab = await openLab({ ready: true })
}

const silent = { exit: 0, stdout: '', stderr: '' }

async function expectRefused(words: readonly string[], { exit = 251, text }: { readonly exit?: number; readonly text: string }) {
  const before = listWhole(lab.outside)
  const said = await lab.dv(...words)
  expect(said).toMatchObject({ exit, stdout: '' })
  expect(said.stderr).toContain(text)
  expect(listWhole(lab.outside)).toEqual(before)
}

describe('config', () => {
  test('set, show, unset; what is not set shows nothing', async () => {
    await open()
    expect(await lab.dv('config', 'core.autostage')).toEqual(silent)
    expect(await lab.dv('config', 'Core.AutoStage', 'True')).toEqual(silent)
    expect(await lab.dv('config', 'core.autostage')).toEqual({ ...silent, stdout: 'True\n' })
    expect(await lab.dv('config', '--show-origin', 'core.autostage')).toEqual({ ...silent, stdout: '.dvc/config\tTrue\n' })
    expect(await lab.dv('config', '-u', 'core.autostage')).toEqual(silent)
    expect(await lab.dv('config', 'core.autostage')).toEqual(silent)
    expect(await lab.dv('config', 'core.nosuch')).toEqual(silent)
  })

  test('the stronger file wins', async () => {
    await open()
    const levels = ['--system', '--global', '--project', '--local'] as const
    for (const [jobs, level] of levels.entries()) {
      await expectDone(lab.dv('config', level, 'core.checksum_jobs', String(jobs + 1)))
      expect((await lab.dv('config', 'core.checksum_jobs')).stdout).toBe(`${jobs + 1}\n`)
    }
    for (const [jobs, level] of levels.entries()) expect((await lab.dv('config', level, 'core.checksum_jobs')).stdout).toBe(`${jobs + 1}\n`)
  })

  test('-l: every file, one after another; paths absolute; --show-origin; one level', async () => {
    await open()
    await expectDone(lab.dv('config', '--local', 'cache.dir', '../cache'))
    const remote = join(lab.outside, 'remote')
    expect((await lab.dv('config', '-l')).stdout).toBe(
      `core.remote=stor\nremote.stor.url=${remote}\ncache.dir=${join(lab.outside, 'cache')}\n`,
    )
    expect((await lab.dv('config', '--list', '--show-origin')).stdout).toBe(
      `.dvc/config\tcore.remote=stor\n.dvc/config\tremote.stor.url=${remote}\n.dvc/config.local\tcache.dir=${join(lab.outside, 'cache')}\n`,
    )
    expect((await lab.dv('config', '-l', '--local')).stdout).toBe(`cache.dir=${join(lab.outside, 'cache')}\n`)
  })

  test('a path is typed from the working folder and kept relative to the file; the cache is there then', async () => {
    await open()
    const deep = join(lab.root, 'deep')
    mkdirSync(deep)
    await expectDone(lab.dvIn(deep, 'config', 'cache.dir', '../../cache'))
    expect(lab.read('.dvc/config')).toContain('dir = ../../cache\n')
    lab.write('x', 'x')
    await expectDone(lab.dv('add', 'x'))
    expect(lab.files('../cache').filter(path => path.startsWith('files/'))).toHaveLength(1)
  })

  test('remote.NAME.option', async () => {
    await open()
    await expectDone(lab.dv('config', 'remote.stor.jobs', '4'))
    expect((await lab.dv('config', 'remote.STOR.jobs')).stdout).toBe('4\n')
    expect(lab.read('.dvc/config')).toContain('    jobs = 4\n')
  })

  test.each([
    ['an option that does not exist', ['core.nosuch', '1'], { text: "extra keys not allowed @ data['core']['nosuch']" }],
    ['a section that does not exist', ['nosuch.key', '1'], { text: 'nosuch' }],
    ['a value that does not fit', ['core.autostage', 'perhaps'], { text: 'autostage' }],
    ['a link type that does not exist', ['cache.type', 'wormhole'], { text: 'wormhole' }],
    ['no setting of that level', ['--local', 'core.remote'], { text: "section 'core' doesn't exist in" }],
    ['to unset what is not set', ['-u', 'core.autostage'], { text: "option 'autostage' doesn't exist in section 'core'" }],
    ['to unset of a remote that is not there', ['-u', 'remote.nosuch.url'], { text: 'remote.nosuch' }],
    ['no name', [], { exit: 1, text: 'the name of a setting is missing' }],
    ['a name without a section', ['autostage'], { exit: 254, text: "'autostage' is no setting" }],
    ['a list of one setting', ['-l', 'core.remote'], { exit: 1, text: '--list shows all settings' }],
    ['two levels', ['--local', '--global', 'core.remote', 'x'], { exit: 254, text: 'choose one of --global, --local' }],
    ['a change with --show-origin', ['--show-origin', 'core.autostage', 'true'], { exit: 1, text: '--show-origin shows' }],
  ])('refused: %s', async (_, words, expected) => {
    await open()
    await expectRefused(['config', ...words], expected)
  })

  test('outside of a repository the user’s own file works, the repository’s not', async () => {
    await open()
    await expectDone(lab.dvIn(lab.outside, 'config', '--global', 'core.analytics', 'false'))
    expect((await lab.dvIn(lab.outside, 'config', '-l')).stdout).toBe('core.analytics=false\n')
    expect((await lab.dvIn(lab.outside, 'config', 'core.autostage', 'true')).exit).toBe(253)
    expect((await lab.dvIn(lab.outside, 'config', '--local', 'core.autostage')).exit).toBe(253)
  })

  test('a file that cannot be read: 251, and which', async () => {
    await open()
    lab.write('.dvc/config', '[core\nremote x\n')
    const said = await lab.dv('status')
    expect(said.exit).toBe(251)
    expect(said.stderr).toContain('.dvc/config')
    lab.write('.dvc/config', '[core]\n    nosuch = 1\n')
    expect((await lab.dv('status')).exit).toBe(251)
  })
})

describe('trust', () => {
  const openForeign = async (): Promise<void> => {
    await open()
    lab.write('.dvc/config', '[core]\n    remote = s3\n[\'remote "s3"\']\n    url = s3://lab\n    credentialpath = ../keys\n')
  }

  test('nothing to trust', async () => {
    await open()
    expect((await lab.dv('trust')).stdout).toBe('There is nothing here that needs your trust.\n')
  })

  test('a committed setting that chooses credentials: refused until it is trusted, in that value', async () => {
    await openForeign()
    lab.write('x', 'x')
    await expectDone(lab.dv('add', '-q', 'x'))
    const refused = await lab.dv('push')
    expect(refused.exit).toBe(251)
    expect(refused.stderr).toContain('hint: dv trust remote.s3.credentialpath')
    expect((await lab.dv('trust')).stdout).toMatch(
      /^not trusted: remote\.s3\.credentialpath = .*keys {3}\(dv trust remote\.s3\.credentialpath\)\n$/,
    )
    expect((await lab.dv('trust', 'remote.s3.credentialpath')).stdout).toMatch(/^trusted: /)
    expect((await lab.dv('trust', '--json')).stdout).toBe('{"trusted":[],"asked":[]}\n')
    lab.write('.dvc/config', lab.read('.dvc/config').replace('../keys', '../other-keys'))
    expect((await lab.dv('trust')).stdout).toMatch(/^not trusted: /)
    expect((await lab.dv('trust', '--all')).stdout).toMatch(/^trusted: /)
  })

  test('a key that does not wait for it', async () => {
    await openForeign()
    await expectRefused(['trust', 'remote.s3.url'], { exit: 1, text: 'remote.s3.url does not wait for your trust' })
  })
})

describe('version', () => {
  test('what a report of a problem needs; doctor; --json', async () => {
    await open()
    const said = await lab.dv('version')
    expect(said.stdout).toMatch(/^dv: +\d+\.\d+\.\d+\nnode: +v\d+.*\ngit: +\d+\..*\nsystem: /)
    expect(said.stdout).toContain(`repository:   ${lab.root}\n`)
    expect((await lab.dv('doctor')).stdout).toBe(said.stdout)
    expect(JSON.parse((await lab.dv('version', '--json')).stdout)).toMatchObject({
      repository: lab.root,
      'under git': lab.root,
      config: `${lab.root}/.dvc/config (repo)`,
      cache: `${lab.root}/.dvc/cache`,
      'cache types': 'reflink, copy (default)',
      links: 'not tried: nothing is in the cache yet',
      remotes: `stor (default): folder ${lab.outside}/remote`,
    })
  })

  test('tries each kind of link, and leaves nothing behind; an address is shown without its password', async () => {
    await open()
    lab.write('f.txt', 'f')
    await expectDone(lab.dv('add', '-q', 'f.txt'))
    await expectDone(lab.dv('remote', 'add', 'far', 'https://user:secret@host/path'))
    const before = [...lab.files('.dvc'), ...lab.files('.')]
    const said = JSON.parse((await lab.dv('doctor', '--json')).stdout)
    expect(said.links).toMatch(/^(reflink, )?hardlink, symlink, copy work between cache and \.dvc\/tmp\/dv$/)
    expect(said.remotes).toContain('far: https://host/path')
    expect([...lab.files('.dvc'), ...lab.files('.')]).toEqual(before)
  })

  test('outside of a repository', async () => {
    await open()
    expect((await lab.dvIn(lab.outside, 'version')).stdout).toContain('repository:   none here\n')
  })
})
