/** dv trust: the user's word that a committed setting may run a program or send a secret. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { loadConfig } from '../repo/config.ts'
import { untrustedDvSettings } from '../repo/dv-settings.ts'
import { findRoot } from '../repo/find-root.ts'
import { resolveRemote } from '../repo/remote.ts'
import { recordTrust, untrustedSettings } from '../repo/trust.ts'
import { type Command, jsonFlag } from './command.ts'

interface Options {
  readonly keys?: readonly string[]
  readonly all?: boolean
}

interface Setting {
  /** `remote.NAME.option` */
  readonly key: string
  readonly value: string
}

interface Result {
  readonly trusted: readonly Setting[]
  readonly asked: readonly Setting[]
}

export const trust: Command<Options, Result> = {
  name: 'trust',
  summary: 'Allow settings of this repository that could run, reveal or delete something',
  details:
    'A committed configuration is written by whoever wrote the repository. Settings in it that run a program, or name a file of credentials,\ncount only after you said so, and so do those of `.dvc/dv.yaml`, which delete objects of the cache.\nWhat you said is kept in your own configuration folder, for this repository, this key and this value.',
  arguments: [{ name: 'keys', many: true, optional: true, summary: 'settings to allow; without one they are listed' }],
  flags: [{ name: 'all', summary: 'allow every setting listed' }, jsonFlag],
  examples: [
    { line: 'dv trust', what: 'what would this repository like to use?' },
    { line: 'dv trust remote.s3_storage.credentialpath', what: 'allow that' },
  ],
  run: async (options, context) => trustSettings(options, context),
  render: ({ trusted, asked }) =>
    [
      ...trusted.map(({ key, value }) => `trusted: ${key} = ${value}`),
      ...asked.map(({ key, value }) => `not trusted: ${key} = ${value}   (dv trust ${key})`),
    ]
      .concat(trusted.length + asked.length === 0 ? ['There is nothing here that needs your trust.'] : [])
      .map(line => `${line}\n`)
      .join(''),
}

function trustSettings(options: Options, context: Context): Result {
  const root = findRoot(context, { required: true })
  const config = loadConfig(root, context)
  const asked = [
    ...config.remotes().flatMap(name => untrustedSettings(resolveRemote(name, config, root), { root, context })),
    ...untrustedDvSettings(root, context),
  ]
  const keys = (options.keys ?? []).map(key => key.toLowerCase())
  const unknown = keys.filter(key => !asked.some(setting => setting.key === key))
  if (unknown.length > 0)
    throw new DvError('bad-target', `${unknown.join(', ')} ${unknown.length === 1 ? 'does' : 'do'} not wait for your trust`, {
      hint: 'dv trust',
    })
  const trusted = asked.filter(setting => options.all || keys.includes(setting.key))
  for (const setting of trusted) recordTrust({ root, ...setting }, context)
  return { trusted, asked: asked.filter(setting => !trusted.includes(setting)) }
}
