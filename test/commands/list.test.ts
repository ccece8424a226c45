/** dv list, against what DVC said and against its rules. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'
import { openS3Server, type S3Server } from '../doubles/s3-server.ts'
import { goldenNames, unpackGolden } from '../golden/unpack-golden.ts'

let lab: Lab
beforeEach(async () => {
  lab = await openLab({ ready: true, env: { AWS_ACCESS_KEY_ID: 'lab-key', AWS_SECRET_ACCESS_KEY: 'lab-secret', AWS_REGION: 'us-east-1' } })
})
afterEach(() => lab.close())

interface Listing {
  readonly json: unknown
}

test.each(goldenNames)('%s: tracked files as DVC lists them', async name => {
  const golden = unpackGolden(name)
  const { list_dvc_only: said } = golden.expect['final'] as { readonly list_dvc_only: Listing }
  const { stdout, exit } = await lab.dvIn(join(golden.folder, 'repo'), 'list', '.', '-R', '--dvc-only', '--json')
  golden.remove()
  expect({ exit, list: JSON.parse(stdout) }).toEqual({ exit: 0, list: said.json })
})

describe('a repository with code and data', () => {
  beforeEach(async () => {
    lab.write('data/a.txt', 'a')
    lab.write('data/sub/b.txt', 'bb')
    lab.write('single.bin', 'one')
    lab.write('code/run.sh', 'run\n')
    chmodSync(join(lab.root, 'code/run.sh'), 0o755)
    await expectDone(lab.dv('add', '-q', 'data', 'single.bin'))
    await expectDone(lab.dv('push', '-q'))
    lab.git('add', '-A')
    lab.git('commit', '-qm', 'data')
  })
  const names = async (...words: string[]) => (await expectDone(lab.dv('list', ...words))).stdout

  test('files of the work tree and tracked data, as text and as a tree', async () => {
    expect(await names()).toBe('.dvcignore\n.gitignore\ncode\ndata\ndata.dvc\nsingle.bin\nsingle.bin.dvc\n')
    expect(await names('-R', 'data')).toBe('a.txt\nsub/b.txt\n')
    expect(await names('.', '-T', 'data', '--size', '--show-hash')).toMatch(
      /^4\.00k .*\n +1 {2}0cc175b9c0f1b6a831c399e269772661 +├── a\.txt\n/,
    )
    expect(await names('--tree', '--level', '1', 'data')).toBe('data\n├── a.txt\n└── sub\n')
  })

  test('at a commit, sizes are those of git and of pointers', async () => {
    lab.write('code/run.sh', 'changed')
    rmSync(join(lab.root, 'data'), { recursive: true })
    const entries: unknown[] = JSON.parse(await names('.', '--rev', 'HEAD', '--json'))
    expect(entries).toContainEqual({
      isout: true,
      isdir: true,
      isexec: false,
      size: 3,
      md5: expect.stringMatching(/^[0-9a-f]{32}\.dir$/),
      path: 'data',
    })
    expect(JSON.parse(await names('.', 'code/run.sh', '--rev', 'HEAD', '--json'))).toEqual([
      { isout: false, isdir: false, isexec: true, size: 4, md5: null, path: 'run.sh' },
    ])
    expect(JSON.parse(await names('.', 'data', '--rev', 'HEAD', '--json'))).toEqual([
      { isout: true, isdir: false, isexec: false, size: null, md5: '0cc175b9c0f1b6a831c399e269772661', path: 'a.txt' },
      { isout: true, isdir: true, isexec: false, size: null, md5: null, path: 'sub' },
    ])
  })

  test('paths are from where one stands; one word that is no repository is a path', async () => {
    const inCode = (...words: string[]) => lab.dvIn(join(lab.root, 'code'), 'ls', ...words)
    expect((await inCode()).stdout).toBe('run.sh\n')
    expect((await inCode('../data')).stdout).toBe('a.txt\nsub\n')
    expect((await inCode('.', '../data/sub')).stdout).toBe('b.txt\n')
    expect((await inCode(lab.root, lab.root)).stdout).toContain('code\n')
    expect(await inCode('../..')).toMatchObject({ exit: 1 })
  })

  test.each([
    [['nosuch'], "there is no 'nosuch'"],
    [['data/nosuch'], "there is no 'data/nosuch'"],
    [['.', '--rev', 'nosuch'], 'unknown Git revision "nosuch"'],
    [['https://127.0.0.1:1/x.git'], 'cannot be reached'],
  ])('%j: exit 1', async (words, message) => {
    const said = await lab.dv('list', ...words)
    expect(said).toMatchObject({ exit: 1, stdout: '' })
    expect(said.stderr).toContain(message)
  })

  test('--tree and --json are two shapes', async () => {
    expect(await lab.dv('list', '-T', '--json')).toMatchObject({ exit: 254 })
  })
})

describe('a data set on S3', () => {
  let server: S3Server
  beforeEach(async () => {
    server = await openS3Server()
    await expectDone(lab.dv('remote', 'add', '-d', 'cloud', 's3://lab/store'))
    await expectDone(lab.dv('remote', 'modify', 'cloud', 'endpointurl', server.url))
    server.shelf.makeBucket('lab')
    for (let at = 0; at < 50; at++) lab.write(`data/${at}.txt`, `file ${at}`)
    await expectDone(lab.dv('add', '-q', 'data'))
    await expectDone(lab.dv('push', '-q'))
    lab.git('add', '-A')
    lab.git('commit', '-qm', 'data')
    lab.git('config', '--global', `url.file://${lab.root}.insteadOf`, 'https://lab.example/data')
    lab.git('config', 'uploadpack.allowFilter', 'true')
    mkdirSync(join(lab.outside, 'elsewhere'))
    server.requests.length = 0
  })
  afterEach(() => server.close())

  test('is listed from anywhere by one GET, and the second time by none', async () => {
    const look = () => lab.dvIn(join(lab.outside, 'elsewhere'), 'ls', 'https://lab.example/data', 'data')
    expect((await expectDone(look())).stdout.split('\n')).toHaveLength(51)
    expect(server.requests.map(({ operation, key }) => [operation, key.endsWith('.dir')])).toEqual([['get', true]])
    expect((await expectDone(look())).stdout.split('\n')).toHaveLength(51)
    expect(server.requests).toHaveLength(1)
    writeFileSync(join(lab.root, 'more.txt'), 'more')
    lab.git('add', 'more.txt')
    lab.git('commit', '-qm', 'more')
    expect((await lab.dvIn(join(lab.outside, 'elsewhere'), 'ls', 'https://lab.example/data')).stdout).toContain('more.txt')
    expect(server.requests).toHaveLength(1)
  })
})
