import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { type Lab, openLab } from './lab.ts'
import { type Minio, startMinio } from './minio.ts'
import { peers } from './peers.ts'

test('every peer that is said to be there is there', () => {
  for (const [name, path] of Object.entries(peers)) if (path !== null && name !== 'git') expect(existsSync(path)).toBe(true)
})

describeWith(['dvc', 's5cmd', 'minio'], 'the peers work together', () => {
  let minio: Minio
  let lab: Lab
  beforeAll(async () => {
    minio = await startMinio()
    lab = openLab({ ...minio.env, S3_ENDPOINT_URL: minio.endpoint })
  })
  afterAll(async () => {
    lab.remove()
    await minio.stop()
  })

  test('dvc pushes to minio and s5cmd reads it', async () => {
    minio.makeBucket('lab')
    await lab.type('git init -q repo && cd repo && dvc init -q')
    await lab.type(`dvc remote add -d s s3://lab/p && dvc remote modify s endpointurl ${minio.endpoint}`, { at: 'repo' })
    lab.write('repo/a.txt', 'hello\n')
    await lab.type('dvc add a.txt && dvc push', { at: 'repo' })
    const read = await lab.type('s5cmd cat s3://lab/p/files/md5/b1/946ac92492d2347c6235b4d2611184')
    expect(read.stdout).toBe('hello\n')
  })

  test('nothing of the user’s own configuration is seen', async () => {
    expect((await lab.type('git config --global user.name', { exit: 'any' })).stdout).toBe('')
    expect((await lab.type('dvc config -l --global')).stdout).toBe('core.check_update=false\ncore.analytics=false\n')
  })
})
