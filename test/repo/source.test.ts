/** Another repository, looked at without its data. */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Context, Event } from '../../src/base/context.ts'
import { type Source, type SourceOptions, withSource } from '../../src/repo/source.ts'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'

let lab: Lab
let events: Event[]
const served = 'https://lab.example/data.git'

beforeEach(async () => {
  lab = await openLab({ ready: true })
  events = []
  lab.write('data/a.txt', 'a')
  lab.write('data/sub/b.txt', 'bb')
  lab.write('README.md', 'read me\n')
  await expectDone(lab.dv('add', '-q', 'data'))
  await expectDone(lab.dv('push', '-q'))
  lab.git('add', '-A')
  lab.git('commit', '-qm', 'data')
  lab.git('tag', 'v1')
})
afterEach(() => lab.close())

function contextAt(cwd: string): Context {
  const env = {
    PATH: process.env['PATH'],
    HOME: join(lab.outside, 'home'),
    XDG_CACHE_HOME: join(lab.outside, 'user-cache'),
    GIT_CONFIG_NOSYSTEM: '1',
    DVC_SYSTEM_CONFIG_DIR: join(lab.outside, 'system'),
    DVC_GLOBAL_CONFIG_DIR: join(lab.outside, 'global'),
  }
  return { cwd, env, signal: new AbortController().signal, report: event => events.push(event), now: Date.now }
}

/** git takes the folder for the address, by the user's own configuration. */
function serve(): void {
  lab.git('config', '--global', `url.file://${lab.root}.insteadOf`, served)
  lab.git('config', 'uploadpack.allowFilter', 'true')
}

const see = <T>(options: SourceOptions, use: (source: Source) => Promise<T>): Promise<T> => withSource(options, contextAt(lab.outside), use)

const dataOf = async (source: Source): Promise<readonly string[]> => {
  const { outputs, trees } = await source.project('')
  return [...(await trees(outputs)).values()].flatMap(tree => tree.map(({ path }) => path))
}
const phases = (): readonly string[] => events.flatMap(event => (event.type === 'phase' ? [event.name] : []))

test('a folder is seen as its work tree is now, with a revision as it was committed', async () => {
  lab.write('README.md', 'changed\n')
  lab.write('new.txt', 'n')
  await see({ url: lab.root }, async source => {
    expect(source.commit).toBeUndefined()
    expect(Buffer.from(await source.files.read('README.md')).toString()).toBe('changed\n')
    expect(source.files.find('new.txt')).toBeDefined()
  })
  await see({ url: lab.root, rev: 'HEAD' }, async source => {
    expect(source.commit).toBe(lab.git('rev-parse', 'HEAD').trim())
    expect(Buffer.from(await source.files.read('README.md')).toString()).toBe('read me\n')
    expect(source.files.find('new.txt')).toBeUndefined()
    expect(await dataOf(source)).toEqual(['a.txt', 'sub/b.txt'])
  })
})

test('of an address commits, folders and pointers are fetched, once; the list of files comes from the remote and is kept', async () => {
  serve()
  await expectDone(lab.dv('remote', 'modify', 'stor', 'url', join(lab.outside, 'remote')))
  lab.git('commit', '-qam', 'absolute')
  const commit = lab.git('rev-parse', 'HEAD').trim()
  await see({ url: served }, async source => {
    expect(source.commit).toBe(commit)
    expect(await dataOf(source)).toEqual(['a.txt', 'sub/b.txt'])
  })
  expect(phases()).toEqual(['Asking for the newest commit', 'Fetching the commit', 'Fetching small files', 'Fetching lists of files'])
  events = []
  rmSync(join(lab.outside, 'remote'), { recursive: true })
  await see({ url: served }, async source => expect(await dataOf(source)).toEqual(['a.txt', 'sub/b.txt']))
  expect(phases()).toEqual(['Asking for the newest commit'])
  events = []
  await see({ url: served, rev: commit }, async source => expect(source.commit).toBe(commit))
  expect(phases()).toEqual([])
  await see({ url: served }, async source => expect(Buffer.from(await source.files.read('README.md')).toString()).toBe('read me\n'))
})

test('every kind of revision that a server knows', async () => {
  serve()
  lab.git('checkout', '-qb', 'work')
  lab.git('commit', '-q', '--allow-empty', '-m', 'more')
  const [second, first] = lab.git('rev-list', 'HEAD').split('\n') as [string, string]
  const commitAt = (rev: string) => see({ url: served, rev }, async source => source.commit)
  expect(await commitAt('work')).toBe(second)
  expect(await commitAt('v1')).toBe(first)
  expect(await commitAt(first)).toBe(first)
  expect(await commitAt('work~1')).toBe(first)
  expect(await commitAt(first.slice(0, 8))).toBe(first)
  await expect(commitAt('nosuch')).rejects.toMatchObject({ code: 'git-failed', message: 'unknown Git revision "nosuch"' })
  await expect(commitAt('--upload-pack=touch x')).rejects.toMatchObject({ code: 'git-failed' })
})

test('an address that would run something, or ask somebody, is refused', async () => {
  const mark = join(lab.outside, 'ran')
  for (const url of [
    `ext::sh -c "touch ${mark}"`,
    `--upload-pack=touch ${mark}`,
    `-oProxyCommand=touch ${mark}:x`,
    `ssh://-oProxyCommand=touch ${mark}/x`,
    'fd::17',
    'ftp://lab.example/x',
    'https://lab.example/x\ny',
    'nosuch',
  ])
    await expect(see({ url }, async () => undefined)).rejects.toMatchObject({ code: 'bad-target' })
  expect(existsSync(mark)).toBe(false)
})

test('a project in a folder has its own outputs and settings', async () => {
  mkdirSync(join(lab.root, 'team'))
  await expectDone(lab.dvIn(join(lab.root, 'team'), 'init', '-q', '--subdir'))
  writeFileSync(join(lab.root, 'team', 'x.csv'), 'x')
  await expectDone(lab.dvIn(join(lab.root, 'team'), 'add', '-q', 'x.csv'))
  lab.git('add', '-A')
  lab.git('commit', '-qm', 'team')
  for (const rev of [undefined, 'HEAD'])
    await see({ url: lab.root, ...(rev === undefined ? {} : { rev }) }, async source => {
      const team = await source.project('team/x.csv')
      expect(team.outputs.map(({ path }) => path)).toEqual(['team/x.csv'])
      expect(team.repo?.config.remotes()).toEqual([])
      const top = await source.project('data/a.txt')
      expect(top.outputs.map(({ path }) => path)).toEqual(['data'])
      expect(top.ignore.ignoresFolder('team')).toBe(true)
    })
})

test('a remote that is a folder relative to the original is told so', async () => {
  serve()
  const asked = see({ url: served }, dataOf)
  await expect(asked).rejects.toMatchObject({ code: 'no-remote', message: expect.stringContaining('relative') })
  expect(await see({ url: served, remote: 'mine', remoteConfig: { url: join(lab.outside, 'remote') } }, dataOf)).toHaveLength(2)
})

test('objects are had from the cache beside the source, then from its remote', async () => {
  await see({ url: lab.root }, async source => {
    const project = await source.project('')
    const [output] = project.outputs
    if (output === undefined) throw new Error('no output')
    const [tree] = [...(await project.trees([output])).values()]
    const store = await project.store(output)
    const id = tree?.[0]?.id
    if (id === undefined) throw new Error('no file')
    const bytes = async () => store.read(id, { signal: new AbortController().signal }, async body => buffer(body))
    expect((await bytes()).toString()).toBe('a')
    rmSync(join(lab.root, '.dvc', 'cache'), { recursive: true })
    expect((await bytes()).toString()).toBe('a')
  })
})

test('nothing is written into the source', async () => {
  const namesNow = () => readdirSync(lab.root, { recursive: true, encoding: 'utf8' }).sort()
  const before = namesNow()
  rmSync(join(lab.root, '.dvc', 'tmp'), { recursive: true, force: true })
  rmSync(join(lab.root, '.dvc', 'cache'), { recursive: true })
  expect(await see({ url: lab.root }, dataOf)).toHaveLength(2)
  const after = namesNow()
  expect(after.filter(name => !before.includes(name))).toEqual([])
  expect(after).not.toContain('.dvc/tmp')
})

test('a link in git is its text, and no way out', async () => {
  symlinkSync('/etc/hostname', join(lab.root, 'link'))
  lab.git('add', 'link')
  lab.git('commit', '-qm', 'link')
  await see({ url: lab.root, rev: 'HEAD' }, async source =>
    expect(Buffer.from(await source.files.read('link')).toString()).toBe('/etc/hostname'),
  )
})
