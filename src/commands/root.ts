/** dv root: where the repository is. */
import { realpathSync } from 'node:fs'
import { relative } from 'node:path'
import { findRoot } from '../repo/find-root.ts'
import { type Command, jsonFlag } from './command.ts'

interface Result {
  /** relative to the working folder */
  readonly path: string
}

export const root: Command<object, Result> = {
  name: 'root',
  summary: 'Show the way to the top of the repository',
  details: 'Relative to the working folder, so that a script that stands anywhere in the repository can go there.',
  arguments: [],
  flags: [jsonFlag],
  examples: [
    { line: 'dv root', what: 'the top of the repository' },
    { line: 'cd "$(dv root)"', what: 'go there' },
  ],
  run: async (_options, context) => ({ path: relative(realpathSync(context.cwd), findRoot(context, { required: true })) || '.' }),
  render: ({ path }) => `${path}\n`,
}
