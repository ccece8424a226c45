/** Completion scripts are programs: they are run by the shell that they are for. */
import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { completionScript } from '../../src/cli/completion.ts'

/** What bash offers for a line whose last word is being typed. */
function offered(script: string, words: readonly string[]): readonly string[] {
  const asked = `${script}\nCOMP_WORDS=(${words.map(word => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _dv; printf '%s\\n' "\${COMPREPLY[@]}"`
  const ran = spawnSync('bash', ['--norc', '-c', asked], { encoding: 'utf8' })
  expect(ran.stderr).toBe('')
  return ran.stdout.split('\n').filter(word => word !== '')
}

test('bash: verbs, the verbs of a group, the flags of a verb', async () => {
  const script = await completionScript(['bash'])
  expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  expect(offered(script, ['dv', 'che'])).toEqual(['checkout', 'check-ignore'])
  expect(offered(script, ['dv', 'remot'])).toEqual(['remote'])
  expect(offered(script, ['dv', 'remote', 're'])).toEqual(['remove', 'rename'])
  expect(offered(script, ['dv', 'data', ''])).toEqual(['status'])
  expect(offered(script, ['dv', 'data', 'status', '--un'])).toEqual(['--unchanged', '--untracked-files'])
  expect(offered(script, ['dv', 'checkout', '--re'])).toEqual(['--relink', '--recursive'])
  expect(offered(script, ['dv', 'remote', 'add', '--d'])).toEqual(['--default', '--dry-run'])
  expect(offered(script, ['dv', 'status', '--he'])).toEqual(['--help'])
})

test('DVC’s form, and the default', async () => {
  const script = await completionScript(['bash'])
  for (const words of [[], ['-s', 'bash'], ['--shell', 'bash'], ['--shell=bash'], ['-sbash']])
    expect(await completionScript(words)).toBe(script)
})

test('zsh takes bash’s by its own means, and parses where there is one', async () => {
  const script = await completionScript(['zsh'])
  expect(script).toContain('bashcompinit')
  const ran = spawnSync('zsh', ['-n'], { input: script, encoding: 'utf8' })
  if (!ran.error) expect(ran).toMatchObject({ status: 0, stderr: '' })
})

test('fish: each line is a whole command, and parses where there is one', async () => {
  const script = await completionScript(['fish'])
  expect(script).toContain("complete -c dv -n '__fish_seen_subcommand_from checkout' -l relink")
  for (const line of script.split('\n')) expect(line).toMatch(/^(#.*|complete -c dv .*|)$/)
  for (const line of script.split('\n').slice(1)) expect((line.replaceAll("\\'", '').match(/'/g) ?? []).length % 2).toBe(0)
  const ran = spawnSync('fish', ['-n'], { input: script, encoding: 'utf8' })
  if (!ran.error) expect(ran).toMatchObject({ status: 0, stderr: '' })
})
