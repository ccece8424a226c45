/** dv version: the version, and what dv finds on this machine. */
import { arch, platform, release } from 'node:os'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { version as dvVersion } from '../base/version.ts'
import { withRepo } from '../repo/open.ts'
import { type Command, jsonFlag } from './command.ts'

type Result = readonly (readonly [what: string, value: string])[]

export const version: Command<object, Result> = {
  name: 'version',
  summary: 'Show the version, and what dv finds on this machine',
  details: 'What to put into a report of a problem. Names no secrets.',
  arguments: [],
  flags: [jsonFlag],
  examples: [
    { line: 'dv --version', what: 'the number alone' },
    { line: 'dv version', what: 'with machine and repository' },
  ],
  run: async (_options, context) => [
    ['dv', dvVersion],
    ['node', process.version],
    ['system', `${platform()} ${release()} ${arch()}`],
    ...(await repositoryRows(context)),
  ],
  render: rows => rows.map(([what, value]) => `${`${what}:`.padEnd(14)}${value}\n`).join(''),
  json: rows => Object.fromEntries(rows),
}

async function repositoryRows(context: Context): Promise<Result> {
  try {
    return await withRepo(context, async repo => [
      ['repository', repo.root],
      ['git', repo.gitRoot ?? 'none'],
      ['cache', repo.cache('md5').folder],
      ['cache types', repo.links.join(', ')],
      ['remotes', repo.config.remotes().join(', ') || 'none'],
    ])
  } catch (error) {
    if (error instanceof DvError && error.code === 'not-a-repo') return [['repository', 'none here']]
    throw error
  }
}
