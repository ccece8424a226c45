/** Cloud-versioned remotes, beside DVC: what dvc pushed dv pulls, and what dv adds dvc pushes. */
import { readFileSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { type Lab, openLab } from './lab.ts'
import { type Minio, startMinio } from './minio.ts'
import { sampleBytes } from './sample-bytes.ts'

describeWith(['dvc', 's5cmd', 'minio'], 'a bucket that keeps versions', () => {
  let minio: Minio
  let lab: Lab
  beforeAll(async () => {
    minio = await startMinio()
    minio.makeBucket('lab')
    lab = openLab({ ...minio.env, S3_ENDPOINT_URL: minio.endpoint })
    await lab.type('s5cmd bucket-version --set Enabled s3://lab')
  })
  afterAll(async () => {
    lab.remove()
    await minio.stop()
  })

  test.each(['version_aware', 'worktree'])('%s: dv pulls each version that dvc pushed, and dvc pushes what dv added', async kind => {
    const at = kind
    await lab.type(
      `git init -q ${at} && cd ${at} && dvc init -q && dvc remote add -d store s3://lab/${kind}
dvc remote modify store endpointurl ${minio.endpoint}
dvc remote modify store ${kind} true`,
    )
    lab.write(`${at}/set/a`, sampleBytes('a', 3000))
    lab.write(`${at}/set/deep/b`, sampleBytes('b', 2_000_000))
    lab.write(`${at}/model`, sampleBytes('one', 500))
    await lab.type('dvc add -q set model && dvc push -q && git add -A && git commit -qm one && git tag v1', { at })

    const clone = `${kind}-clone`
    await lab.type(`git clone -q ${at} ${clone}`)
    await lab.type('dv pull', { at: clone })
    await lab.type(`diff -r ../${at}/set set && cmp ../${at}/model model && dv status -q && dvc status -q`, { at: clone })

    // dv adds, dvc pushes: the pointer is what dvc itself would have written
    lab.write(`${at}/set/new`, sampleBytes('new', 100))
    lab.write(`${at}/model`, sampleBytes('two', 600))
    rmSync(lab.path(`${at}/set/a`))
    await lab.type(
      'cp set.dvc before.set && cp model.dvc before.model && dv add -q set model && cp set.dvc ours && cp model.dvc ours.model',
      { at },
    )
    await lab.type(
      'cp before.set set.dvc && cp before.model model.dvc && dvc add -q set model && cmp set.dvc ours && cmp model.dvc ours.model',
      { at },
    )
    await lab.type('rm before.set before.model ours ours.model && dvc push -q && git add -A && git commit -qm two', { at })
    await lab.type('git pull -q && dv pull', { at: clone })
    await lab.type(`diff -r ../${at}/set set && cmp ../${at}/model model && dv status -q && dvc status -q`, { at: clone })

    // back to the first version, from the remote again
    await lab.type('git checkout -q v1 && rm -rf .dvc/cache set model && dv pull && dv status -q && dvc status -q', { at: clone })
    expect(readFileSync(lab.path(`${clone}/set/a`)).equals(sampleBytes('a', 3000))).toBe(true)
  })

  test('dv does not push there, and says so; a version that is gone is named', async () => {
    const at = 'refused'
    await lab.type(
      `git init -q ${at} && cd ${at} && dvc init -q && dvc remote add -d store s3://lab/${at}
dvc remote modify store endpointurl ${minio.endpoint} && dvc remote modify store version_aware true`,
    )
    lab.write(`${at}/set/a`, sampleBytes('a', 30))
    lab.write(`${at}/set/b`, sampleBytes('b', 30))
    await lab.type('dvc add -q set && cp set.dvc before', { at })
    const refused = await lab.type('dv push', { at, exit: 251 })
    expect(refused.stderr).toContain('version_aware')
    await lab.type('cmp set.dvc before && dvc push -q && rm -rf .dvc/cache set', { at })
    await lab.type("s5cmd rm --all-versions 's3://lab/refused/set/a'", { at })
    const missing = await lab.type('dv pull', { at, exit: 1 })
    expect(missing.stderr).toContain('set/a')
    expect(missing.stderr).not.toContain('set/b')
  })
})
