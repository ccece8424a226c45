import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { withValue } from '../../src/format/config-edit.ts'
import { configFileOf, loadConfig } from '../../src/repo/config.ts'
import { editConfig } from '../../src/repo/edit-config.ts'
import { type TemporaryRepository, temporaryRepository } from './temporary-repository.ts'

const opened = (): TemporaryRepository => {
  const repository = temporaryRepository({ git: false })
  for (const level of ['system', 'global']) mkdirSync(join(repository.home, level))
  return repository
}

test('the strongest level wins, key by key, and paths are meant from their own file', () => {
  const { root, home, context, write } = opened()
  writeFileSync(join(home, 'system/config'), '[core]\n    autostage = true\n    remote = far\n[cache]\n    dir = shared\n')
  writeFileSync(join(home, 'global/config'), '[core]\n    remote = near\n')
  write({
    '.dvc/config': `['remote "near"']\n    url = ../../store\n['remote "Cloud"']\n    url = s3://b/p\n    configpath = ~/aws\n`,
    '.dvc/config.local': `['remote "near"']\n    jobs = 3\n`,
  })
  const config = loadConfig(root, context)
  expect(config.get('core', 'autostage')).toBe('true')
  expect(config.get('core', 'remote')).toBe('near')
  expect(config.levelOf('core', 'remote')).toBe('global')
  expect(config.get('cache', 'dir')).toBe(join(home, 'system/shared'))
  expect(config.section('remote "near"')).toEqual({ url: join(root, '../store'), jobs: '3' })
  expect(config.section('remote "cloud"')).toEqual({ url: 's3://b/p', configpath: join(home, 'aws') })
  expect(config.remotes()).toEqual(['near', 'cloud'])
  expect(config.levels.map(({ level }) => level)).toEqual(['system', 'global', 'repo', 'local'])
  expect(config.get('core', 'nosuch')).toBeUndefined()
  expect(config.section('nosuch')).toEqual({})
  expect(loadConfig(undefined, context).levels.map(({ level }) => level)).toEqual(['system', 'global'])
})

test('without DVC_GLOBAL_CONFIG_DIR the XDG folder counts, then ~/.config', () => {
  const { home, context } = opened()
  const env = { ...context.env, DVC_GLOBAL_CONFIG_DIR: undefined, DVC_SYSTEM_CONFIG_DIR: undefined }
  if (process.platform === 'linux') {
    expect(configFileOf('global', undefined, { ...context, env })).toBe(join(home, '.config/dvc/config'))
    expect(configFileOf('system', undefined, { ...context, env })).toBe('/etc/xdg/dvc/config')
  }
  expect(configFileOf('global', undefined, { ...context, env: { ...env, XDG_CONFIG_HOME: '/x' } })).toBe('/x/dvc/config')
  expect(() => configFileOf('local', undefined, context)).toThrow(expect.objectContaining({ code: 'not-a-repo' }))
})

test('an error names its file', () => {
  const { root, home, context, write } = opened()
  write({ '.dvc/config.local': '[core]\n    nosuch = 1\n' })
  expect(() => loadConfig(root, context)).toThrow(
    expect.objectContaining({ code: 'bad-config', message: ".dvc/config.local: extra keys not allowed @ data['core']['nosuch']" }),
  )
  writeFileSync(join(home, 'global/config'), '[core\n')
  expect(() => loadConfig(undefined, context)).toThrow(
    expect.objectContaining({ code: 'bad-config', message: expect.stringContaining(join(home, 'global/config')) }),
  )
})

test("a config.local of another user's is left out, and that is said", () => {
  const { root, context, events, write } = opened()
  write({ '.dvc/config': '[core]\n    remote = a\n', '.dvc/config.local': '[core]\n    remote = b\n' })
  chmodSync(join(root, '.dvc/config.local'), 0)
  if (process.getuid?.() === 0) return // root reads everything; the e2e tests have two users
  expect(loadConfig(root, context).get('core', 'remote')).toBe('a')
  expect(events).toEqual([{ type: 'warning', message: expect.stringContaining('may not be read') }])
})

const set = (section: string, key: string, value: string) => (config: Parameters<typeof withValue>[0]) =>
  withValue(config, { section, key }, value)

test('an edit keeps the mode; a new config.local is private', () => {
  const { root } = opened()
  const local = join(root, '.dvc/config.local')
  editConfig(local, set('core', 'remote', 'x'))
  expect(readFileSync(local, 'utf8')).toBe('[core]\n    remote = x\n')
  expect(statSync(local).mode & 0o777).toBe(0o600)
  const shared = join(root, '.dvc/config')
  chmodSync(shared, 0o664)
  editConfig(shared, set('core', 'remote', 'x'))
  expect(statSync(shared).mode & 0o777).toBe(0o664)
})

test('what would be wrong is not written', () => {
  const { root } = opened()
  const file = join(root, '.dvc/config')
  expect(() => editConfig(file, set('core', 'nosuch', 'x'))).toThrow(expect.objectContaining({ code: 'bad-config' }))
  expect(() => editConfig(file, set('remote "a"', 'jobs', '3'))).toThrow(
    expect.objectContaining({ message: ".dvc/config: remote 'a' would have no url" }),
  )
  expect(readFileSync(file, 'utf8')).toBe('')
  editConfig(join(root, '.dvc/config.local'), set('remote "a"', 'jobs', '3'), [[{ section: 'remote "a"', values: [['url', '/x']] }]])
  const others = [[{ section: 'remote "a"', values: [['url', 's3://b'] as const] }]]
  expect(() => editConfig(file, set('remote "a"', 'keyfile', 'k'), others)).toThrow(expect.objectContaining({ code: 'bad-config' }))
})

test('a link that a repository came with leads nowhere else', () => {
  const { root, home } = opened()
  writeFileSync(join(home, 'other'), '[core]\n    remote = mine\n')
  rmSync(join(root, '.dvc/config'))
  symlinkSync(join(home, 'other'), join(root, '.dvc/config'))
  expect(() => editConfig(join(root, '.dvc/config'), set('core', 'remote', 'x'))).toThrow(expect.objectContaining({ code: 'bad-config' }))
  expect(readFileSync(join(home, 'other'), 'utf8')).toContain('mine')
})

test('a file behind a symbolic link is changed where it is, and one that is not there is made', () => {
  const { root, home } = opened()
  writeFileSync(join(home, 'dotfile'), '')
  symlinkSync(join(home, 'dotfile'), join(home, 'global/config'))
  editConfig(join(home, 'global/config'), set('core', 'remote', 'x'))
  expect(readFileSync(join(home, 'dotfile'), 'utf8')).toBe('[core]\n    remote = x\n')
  editConfig(join(root, 'new/folder/config'), set('core', 'remote', 'x'))
  expect(readFileSync(join(root, 'new/folder/config'), 'utf8')).toBe('[core]\n    remote = x\n')
})
