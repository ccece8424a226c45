/** A bearer token that a command of the user's prints. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { DvError } from '../../base/error.ts'

const run = promisify(execFile)

/** @throws DvError 'access-denied' where the command fails, or prints nothing; what it printed is in no message */
export async function tokenFrom(command: string, remote: string, signal: AbortSignal): Promise<string> {
  const failed = (why: string): DvError =>
    new DvError('access-denied', `bearer_token_command of remote '${remote}' ${why}`, {
      hint: `dv remote modify --local ${remote} bearer_token_command <command that prints a token>`,
    })
  const [shell, ...first] = process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c'] : ['/bin/sh', '-c']
  let printed: string
  try {
    printed = (await run(shell as string, [...first, command], { signal })).stdout
  } catch (error) {
    throw failed(`ended with ${String(Object(error).code ?? 'an error')}`)
  }
  const token = printed.trim()
  if (token === '' || /\s/.test(token)) throw failed(token === '' ? 'printed nothing' : 'printed more than a token')
  return token
}
