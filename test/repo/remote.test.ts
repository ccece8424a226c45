import { expect, test } from '@jest/globals'
import { loadConfig } from '../../src/repo/config.ts'
import { resolveRemote } from '../../src/repo/remote.ts'
import { temporaryRepository } from './temporary-repository.ts'

const resolved = (config: string, name?: string) => {
  const { root, home, context, write } = temporaryRepository({ git: false })
  write({ '.dvc/config': config })
  const { origins, ...remote } = resolveRemote(name, loadConfig(root, context), root)
  return { ...remote, url: remote.url.replace(root, 'ROOT').replace(home, 'HOME') }
}

test('names are looked up in lower case, the default when none is named', () => {
  const config = `[core]\n    remote = Lab\n['remote "lab"']\n    url = s3://b/p\n    jobs = 3\n`
  const lab = { name: 'lab', url: 's3://b/p', options: { jobs: '3' } }
  expect(resolved(config)).toEqual(lab)
  expect(resolved(config, 'LAB')).toEqual(lab)
})

test.each([
  ['../store', 'ROOT/store'],
  ['/abs/store', '/abs/store'],
  ['~/store', 'HOME/store'],
  ['file:///abs/a%20b', '/abs/a%20b'],
  ['s3://b/p/', 's3://b/p/'],
])('the url %s is %s', (url, wanted) => {
  expect(resolved(`['remote "r"']\n    url = ${url}\n`, 'r').url).toBe(wanted)
})

test('a remote may stand below another, whose options it takes as far as it has none', () => {
  const config = `['remote "base"']\n    url = s3://b/p/\n    jobs = 3\n    region = x\n['remote "mid"']\n    url = remote://Base/a\n    region = y\n['remote "top"']\n    url = remote://mid/b/c\n    jobs = 9\n`
  expect(resolved(config, 'top')).toEqual({ name: 'top', url: 's3://b/p/a/b/c', options: { jobs: '9', region: 'y' } })
  expect(resolved(`['remote "f"']\n    url = ../store\n['remote "g"']\n    url = remote://f\n`, 'g').url).toBe('ROOT/store')
})

test('what is missing is told with the line to type', () => {
  const failure = (config: string, name?: string) => {
    try {
      return resolved(config, name)
    } catch (error) {
      return error
    }
  }
  expect(failure('')).toMatchObject({
    code: 'no-remote',
    message: expect.stringContaining('no remote specified in /'),
    hint: 'dv remote add -d <name> <url>',
  })
  const one = `['remote "lab"']\n    url = s3://b\n`
  expect(failure(one)).toMatchObject({ hint: 'dv remote default lab' })
  expect(failure(one, 'nosuch')).toMatchObject({ code: 'no-remote', message: "remote 'nosuch' doesn't exist", hint: 'dv remote list' })
  expect(failure(`['remote "a"']\n    url = remote://b/x\n['remote "b"']\n    url = remote://a\n`, 'a')).toMatchObject({
    message: expect.stringContaining('a -> b -> a'),
  })
  expect(failure(`['remote "a"']\n    url = remote://nosuch/x\n`, 'a')).toMatchObject({ message: "remote 'nosuch' doesn't exist" })
  expect(failure(`['remote "a"']\n    jobs = 3\n`, 'a')).toMatchObject({ message: "remote 'a' has no url" })
})
