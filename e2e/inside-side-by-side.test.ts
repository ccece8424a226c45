/** Parts of data sets that are not here: where dvc can edit them it must come to the same, and where it cannot it must read what dv left. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith } from './describe-with.ts'
import { listFolder, listObjects } from './folder-listing.ts'
import { type Lab, openLab } from './lab.ts'

describeWith(['dvc'], 'inside data sets', () => {
  let lab: Lab
  beforeEach(async () => {
    lab = openLab()
    await lab.type(
      [
        'git init -q hub/src',
        'cd hub/src',
        'dv init -q',
        `dv remote add -q -d stor ${lab.path('remote')}`,
        'mkdir -p data/cats data/dogs more',
        'for n in 1 2 3; do echo cat $n > data/cats/$n.jpg; echo dog $n > data/dogs/$n.jpg; done',
        'echo labels > more/labels.csv',
        'dv add -q data more',
        'git add -A',
        'git commit -qm one',
        'dv push -q',
      ].join('\n'),
    )
  })
  afterEach(() => lab.remove())

  const clone = (name: string): Promise<unknown> => lab.type(`git clone -q hub/src ${name} && cp -r remote remote-${name}`)
  const useOwnRemote = (name: string): Promise<unknown> =>
    lab.type(`dv config -q --local remote.stor.url ${lab.path(`remote-${name}`)}`, { at: name })
  const pointer = (at: string, name: string): string => readFileSync(lab.path(at, `${name}.dvc`), 'utf8')

  const idAndCount = (text: string): readonly string[] => text.match(/(?:md5|nfiles): .*/g) ?? []

  test('add into one that is not here; then one of its files is deleted, and added as such', async () => {
    for (const program of ['dv', 'dvc']) {
      await clone(program)
      await useOwnRemote(program)
      const steps = [
        'mkdir -p data/cats data/birds',
        'echo new > data/cats/new.jpg',
        'echo bird > data/birds/1.jpg',
        `${program} add -q data/cats/new.jpg data/birds`,
        'cp data.dvc after-add',
        `${program} push -q`,
        'rm data/cats/new.jpg',
        `${program} add -q data/cats/new.jpg`,
        `${program} push -q`,
      ]
      await lab.type(steps.join('\n'), { at: program })
    }
    for (const name of ['data.dvc', 'after-add', '.gitignore'])
      expect(readFileSync(lab.path('dv', name), 'utf8')).toBe(readFileSync(lab.path('dvc', name), 'utf8'))
    expect(listObjects(lab.path('dv', '.dvc/cache'))).toEqual(listObjects(lab.path('dvc', '.dvc/cache')))
    expect(listObjects(lab.path('remote-dv'))).toEqual(listObjects(lab.path('remote-dvc')))
    const [ours, theirs] = [await lab.type('dvc status --json', { at: 'dv' }), await lab.type('dvc status --json', { at: 'dvc' })]
    expect(ours.stdout).toBe(theirs.stdout)
    expect(JSON.parse((await lab.type('dv status --json', { at: 'dv' })).stdout)).toEqual(JSON.parse(theirs.stdout))
  })

  test('rm, mv and cp without the data: dvc pulls the right files, and finds everything in order', async () => {
    await clone('dv')
    await lab.type(
      [
        'dv rm -q data/cats/1.jpg',
        'dv mv -q data/dogs data/hounds',
        "dv mv -q --glob 'data/hounds/*' more/hounds/",
        'dv cp -q more data/copy/',
        'dv cp -q data/cats/2.jpg data/cats/two.jpg',
        'dv push -q',
        'git commit -qam two',
        'test ! -e data && test ! -e more',
      ].join('\n'),
      { at: 'dv' },
    )
    await lab.type('git clone -q dv reader && cd reader && dvc pull -q')
    const files = await lab.type('cd reader && for f in $(find data more -type f | sort); do echo $f: $(cat $f); done')
    expect(files.stdout.trim().split('\n')).toEqual([
      'data/cats/2.jpg: cat 2',
      'data/cats/3.jpg: cat 3',
      'data/cats/two.jpg: cat 2',
      'data/copy/more/hounds/1.jpg: dog 1',
      'data/copy/more/hounds/2.jpg: dog 2',
      'data/copy/more/hounds/3.jpg: dog 3',
      'data/copy/more/labels.csv: labels',
      'more/hounds/1.jpg: dog 1',
      'more/hounds/2.jpg: dog 2',
      'more/hounds/3.jpg: dog 3',
      'more/labels.csv: labels',
    ])
    expect((await lab.type('cd reader && dvc status --json')).stdout).toBe('{}\n')
    expect((await lab.type('cd reader && dv status --json')).stdout).toBe('{}\n')
    // By its own count of what is on disk, too.
    await lab.type('cd reader && touch data/cats/2.jpg && dvc add -q data more')
    for (const name of ['data', 'more']) expect(idAndCount(pointer('reader', name))).toEqual(idAndCount(pointer('dv', name)))
  })

  test('with the data here: what dv did to the files is what dvc would check out', async () => {
    await clone('dv')
    await lab.type(
      'dv pull -q && dv mv -q data/cats/1.jpg data/dogs/cat.jpg && dv rm -q data/dogs/3.jpg && dv cp -q data/dogs/1.jpg more',
      {
        at: 'dv',
      },
    )
    const before = listFolder(lab.path('dv', 'data'))
    expect((await lab.type('dvc status --json', { at: 'dv' })).stdout).toBe('{}\n')
    await lab.type('dvc checkout -q', { at: 'dv' })
    expect(listFolder(lab.path('dv', 'data'))).toEqual(before)
  }, 60_000)
})
