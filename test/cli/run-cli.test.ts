/** The command line itself: what is typed, help, and exit statuses. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { runCli } from '../../src/cli/run-cli.ts'
import { verbs } from '../../src/cli/table.ts'
import { expectDone, type Lab, openLab } from '../doubles/lab.ts'
import { listWhole } from '../doubles/list-whole.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab({ ready: true })
  lab.write('x', 'x')
  await expectDone(lab.dv('add', '-q', 'x'))
})
afterAll(() => lab.close())

describe('what makes no sense: 254, on stderr', () => {
  test.each([
    ['an unknown verb', ['stauts'], "'stauts' is not a dv command\n\nhint: dv status --help"],
    ['an unknown verb like no other', ['zzz'], "'zzz' is not a dv command\n\nhint: dv help"],
    ['an unknown verb of a group', ['remote', 'nosuch'], "'remote nosuch' is not a dv command"],
    ['an unknown option before the verb', ['--nosuch', 'status'], 'dv does not know the option --nosuch'],
    [
      'an unknown flag',
      ['status', '--nosuch'],
      "unknown option '--nosuch'\nusage: dv status [options] [targets...]\n\nhint: dv status --help",
    ],
    ['too few arguments', ['remote', 'add', 'x'], "missing required argument 'url'\nusage: dv remote add [options] <name> <url>"],
    ['too many arguments', ['remote', 'add', 'x', 'y', 'z'], 'too many arguments: 3 where 2 are expected\nusage: dv remote add'],
    ['a flag without its value', ['push', '-r'], "option '-r, --remote <name>' needs a value\nusage: dv push"],
    ['a number that is none', ['push', '-j', 'x'], "--jobs takes a whole number of at least 1, not 'x'"],
    ['help about nothing', ['help', 'nosuch'], "'nosuch' is not a dv command"],
    ['a shell that is not known', ['completion', 'tcsh'], "there is no completion for 'tcsh'"],
    ['--cd without a folder', ['--cd'], '--cd takes a folder'],
    ['--cd to nowhere', ['--cd', 'nosuch', 'status'], '--cd nosuch: there is no such folder'],
    ['--cd to a file', ['--cd', 'x.dvc', 'status'], '--cd x.dvc: there is no such folder'],
  ])('%s', async (_, words, text) => {
    const said = await lab.dv(...words)
    expect(said).toMatchObject({ exit: 254, stdout: '' })
    expect(said.stderr).toContain(`ERROR: ${text}`)
  })

  test('nothing at all, or only the name of a group: help, and 254', async () => {
    expect(await lab.dv()).toMatchObject({ exit: 254, stdout: expect.stringContaining('usage: dv [--cd folder] <command>') })
    expect(await lab.dv('remote')).toMatchObject({ exit: 254, stdout: expect.stringContaining('usage: dv remote <command>') })
  })
})

describe('options of dv itself', () => {
  test('--version, -V', async () => {
    for (const word of ['--version', '-V']) expect((await lab.dv(word)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('--cd runs it there', async () => {
    mkdirSync(join(lab.root, 'deep'), { recursive: true })
    lab.write('deep/y', 'y')
    for (const words of [
      ['--cd', 'deep', 'status', '../x'],
      ['--cd=deep', 'status', '../x'],
    ])
      expect((await lab.dv(...words)).stdout).toBe('Data and pipelines are up to date.\n')
  })

  test('-q and -v before the verb, and --wait-for-lock anywhere', async () => {
    expect(await lab.dv('-q', 'status')).toEqual({ exit: 0, stdout: '', stderr: '' })
    expect((await lab.dv('-v', 'status', 'nosuch')).stderr).toContain('\n    at ')
    expect((await lab.dv('--wait-for-lock', 'status')).exit).toBe(0)
    expect((await lab.dv('status', '--wait-for-lock')).exit).toBe(0)
  })

  test('behind -- a word is a target, whatever it looks like', async () => {
    expect((await lab.dv('status', '--', '--help')).stderr).toContain("'--help' does not exist as an output")
  })

  test('other words for the same', async () => {
    expect((await lab.dv('doctor')).stdout).toBe((await lab.dv('version')).stdout)
    expect((await lab.dv('remote', 'ls')).stdout).toBe((await lab.dv('remote', 'list')).stdout)
  })
})

describe('help', () => {
  test.each(Object.keys(verbs))('dv %s --help: usage, examples, exit statuses', async name => {
    const said = await lab.dv(...name.split(' '), '--help')
    expect(said).toMatchObject({ exit: 0, stderr: '' })
    expect(said.stdout).toMatch(new RegExp(`^usage: dv ${name}\\b`))
    expect(said.stdout).toMatch(/\n\noptions:\n(?: {2}.*\n)+\nexamples:\n {2}.*\bdv /)
    expect(said.stdout).toMatch(/\n\nexit status:\n {2}0 {2,}done\n/)
    expect(said.stdout).toMatch(/[^\n]\n$/)
    expect((await lab.dv('help', ...name.split(' '))).stdout).toBe(said.stdout)
    expect((await lab.dv(...name.split(' '), '-h', '--nosuch')).exit).toBe(0)
  })

  test('no line of a help is too wide for a common terminal', async () => {
    for (const name of Object.keys(verbs)) {
      const { stdout } = await lab.dv(...name.split(' '), '--help')
      const wide = stdout.split('\n').filter(line => line.length > 160)
      expect({ name, wide }).toEqual({ name, wide: [] })
    }
  })

  test('dv help, dv --help: every verb and topic', async () => {
    const said = await lab.dv('help')
    expect(said.exit).toBe(0)
    for (const name of Object.keys(verbs)) expect(said.stdout).toContain(`\n  ${name} `)
    for (const topic of ['links', 'settings', 'reference']) expect(said.stdout).toContain(`\n  ${topic} `)
    expect((await lab.dv('--help')).stdout).toBe(said.stdout)
  })

  test('of a group, and of a topic', async () => {
    for (const words of [
      ['help', 'remote'],
      ['remote', '--help'],
    ])
      expect(await lab.dv(...words)).toMatchObject({ exit: 0, stdout: expect.stringContaining('remote rename') })
    expect((await lab.dv('help', 'links')).stdout).toMatch(/^# How files get from the cache into the work tree\n/)
  })

  test('every flag that an example uses exists', async () => {
    for (const verb of Object.values(verbs)) {
      const { name, examples, flags } = await verb.load()
      const known = new Set(flags.flatMap(flag => [`--${flag.name}`, `-${flag.short}`]))
      for (const { line } of examples) {
        const own = line.split(/ && | \|\| /).filter(part => part.startsWith(`dv ${name} `))
        const used = own
          .flatMap(part => part.match(/(?<= )--?[a-z][\w-]*/gi) ?? [])
          .flatMap(each => (/^-\w\w/.test(each) ? [...each.slice(1)].map(letter => `-${letter}`) : [each]))
        expect({ line, unknown: used.filter(flag => !known.has(flag) && flag !== '-q') }).toEqual({ line, unknown: [] })
      }
    }
  })
})

test('stopped by Ctrl-C: 252, nothing changed, and how to go on', async () => {
  lab.write('many/1', '1')
  const before = listWhole(lab.root)
  for (const verb of ['add many', 'push', 'checkout --relink']) {
    const err: string[] = []
    const exit = await runCli(verb.split(' '), {
      cwd: lab.root,
      env: process.env,
      signal: AbortSignal.abort(),
      stdout: { write: () => {} },
      stderr: { write: text => err.push(text) },
    })
    expect({ verb, exit, said: err.join('') }).toEqual({
      verb,
      exit: 252,
      said: 'ERROR: stopped before the end\n\nhint: the same command goes on where it stopped\n',
    })
  }
  expect(listWhole(lab.root)).toEqual(before)
})

test('outside of a repository: 253 and dv init', async () => {
  for (const verb of ['add x', 'status', 'checkout', 'push', 'fetch', 'pull', 'trust', 'remote list']) {
    const said = await lab.dvIn(lab.outside, ...verb.split(' '))
    expect({ verb, exit: said.exit, stdout: said.stdout }).toEqual({ verb, exit: 253, stdout: '' })
    expect(said.stderr).toContain('hint: dv init')
  }
})

test('a configuration that cannot be used: 251', async () => {
  lab.write('.dvc/config.local', '[core]\n    nosuch = 1\n')
  for (const verb of ['status', 'checkout', 'push', 'fetch', 'pull', 'remote list', 'add x']) {
    const said = await lab.dv(...verb.split(' '))
    expect({ verb, exit: said.exit, stdout: said.stdout }).toEqual({ verb, exit: 251, stdout: '' })
    expect(said.stderr).toContain('.dvc/config.local')
  }
  lab.write('.dvc/config.local', '')
})
