/** The program: from what was typed to an exit status. The one room that speaks to the terminal. */
import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { throwIfAborted } from '../base/pool.ts'
import { runCli } from './run-cli.ts'

/** Sets process.exitCode instead of leaving at once, so that what was written to a pipe arrives. */
export async function main(): Promise<void> {
  const control = new AbortController()
  let presses = 0
  const stop = (): void => {
    presses++
    control.abort()
    if (presses > 1) process.exit(252)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  leaveWhenReaderDoes()
  process.exitCode = await runCli(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    signal: control.signal,
    stdout: process.stdout,
    stderr: process.stderr,
    lines: () => createInterface({ input: process.stdin }),
    pass: async bytes => {
      if (!process.stdout.write(bytes))
        await once(process.stdout, 'drain', { signal: control.signal }).catch(() => throwIfAborted(control.signal))
    },
    ...(process.stdin.isTTY && process.stderr.isTTY && { readLine: prompt => readLine(prompt, control.signal) }),
  })
  process.off('SIGINT', stop)
  process.off('SIGTERM', stop)
}

/** The question goes where progress goes, so that `dv … > file` asks, too. Ctrl-C is no answer: it ends the verb. */
async function readLine(prompt: string, signal: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    return await Promise.race([
      lines.question(prompt, { signal }),
      new Promise<undefined>(end => lines.once('close', () => end(undefined))),
    ])
  } catch (error) {
    throwIfAborted(signal)
    throw error
  } finally {
    lines.close()
  }
}

/** `dv ls | head`: 128 + SIGPIPE, as DVC leaves. */
const closedPipeStatus = 141

function leaveWhenReaderDoes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(closedPipeStatus)
      throw error
    })
}
