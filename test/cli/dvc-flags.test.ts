/** A person who types `dv` for `dvc` finds each flag of its data commands, as DVC 3.67.1's own `--help` lists them. */
import { expect, test } from '@jest/globals'
import { aliases, verbs } from '../../src/cli/table.ts'

/** Long names, after `/` the letter; `-h`, `-q` and `-v` are everywhere. */
const flagsOfDvc: Readonly<Record<string, string>> = {
  init: 'no-scm force/f subdir',
  add: 'no-commit glob out/o to-remote remote/r remote-jobs force/f no-relink',
  status: 'jobs/j cloud/c remote/r all-branches/a all-tags/T all-commits/A with-deps/d recursive/R json no-updates',
  'data status': 'json granular unchanged untracked-files remote/r not-in-remote no-remote-refresh',
  diff: 'targets json show-hash md hide-missing',
  checkout: 'summary with-deps/d recursive/R force/f relink allow-missing',
  commit: 'force/f with-deps/d recursive/R no-relink',
  move: '',
  remove: 'outs',
  gc: 'workspace/w rev num/n all-branches/a all-tags/T all-commits/A date all-experiments not-in-remote cloud/c remote/r skip-failed force/f jobs/j projects/p dry',
  get: 'out/o rev show-url jobs/j force/f config remote remote-config',
  'get-url': 'jobs/j force/f fs-config',
  import: 'out/o force/f rev no-exec no-download jobs/j config remote remote-config',
  'import-url': 'to-remote remote/r no-exec no-download jobs/j force/f version-aware fs-config',
  update: 'rev recursive/R no-download to-remote remote/r jobs/j',
  list: 'recursive/R tree/T level/L dvc-only json rev config remote remote-config size show-hash',
  'list-url': 'recursive/R tree/T level/L size fs-config',
  du: 'rev summarize/s config remote remote-config',
  fetch: 'jobs/j remote/r all-branches/a all-tags/T all-commits/A with-deps/d recursive/R run-cache max-size type',
  pull: 'jobs/j remote/r all-branches/a all-tags/T all-commits/A force/f with-deps/d recursive/R run-cache allow-missing',
  push: 'jobs/j remote/r all-branches/a all-tags/T all-commits/A with-deps/d recursive/R run-cache glob',
  unprotect: '',
  destroy: 'force/f',
  freeze: '',
  unfreeze: '',
  'check-ignore': 'details/d non-matching/n stdin',
  root: '',
  version: '',
  config: 'global system project local unset/u list/l show-origin',
  'cache dir': 'global system project local unset/u',
  'cache migrate': 'dry dvc-files',
  'remote add': 'global system project local default/d force/f',
  'remote default': 'global system project local unset/u',
  'remote modify': 'global system project local unset/u',
  'remote list': 'global system project local',
  'remote remove': 'global system project local',
  'remote rename': 'global system project local',
}

/** What is not here, and the README says so. */
const leftOut: Readonly<Record<string, readonly string[]>> = {
  fetch: ['run-cache', 'max-size', 'type'], // runs, metrics and plots belong to pipelines
  pull: ['run-cache'],
  push: ['run-cache'],
}

test.each(Object.entries(flagsOfDvc))('dv %s has the flags of DVC', async (name, flags) => {
  const verb = verbs[name]
  if (verb === undefined) throw new Error(`there is no dv ${name}`)
  const ours = (await verb.load()).flags.flatMap(flag => [flag.name, ...(flag.short ? [`${flag.name}/${flag.short}`] : [])])
  const missing = flags.split(' ').filter(flag => flag !== '' && !ours.includes(flag))
  expect(missing).toEqual(leftOut[name] ?? [])
})

test('the other names that DVC has for them', () => {
  for (const [other, name] of [
    ['ls', 'list'],
    ['ls-url', 'list-url'],
    ['mv', 'move'],
    ['rm', 'remove'],
    ['doctor', 'version'],
  ] as const)
    expect(aliases[other]).toBe(name)
})
