/** Reads git's objects through one process that lives as long as the verb: 1 ms an object, where a process for each costs 5. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { DvError } from '../base/error.ts'
import { type GitPlace, gitEnvironment, gitError, gitStartError } from './git-run.ts'

export interface GitObject {
  readonly type: string
  readonly bytes: Buffer
}

export interface GitObjects {
  /** `name`: hex digits. Undefined when the repository has no such object. */
  read(name: string): Promise<GitObject | undefined>
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (object: GitObject | undefined) => void
  readonly reject: (error: DvError) => void
}

/** Starts nothing before the first `read`. */
export function openGitObjects(place: GitPlace): GitObjects {
  const waiting: Waiting[] = []
  let child: ChildProcessWithoutNullStreams | undefined
  let ended: Promise<void> | undefined
  let stderr = ''
  let closing = false
  let asked = ''

  const fail = (error: DvError): void => {
    for (const one of waiting.splice(0)) one.reject(error)
  }
  const start = (): ChildProcessWithoutNullStreams => {
    const started = spawn('git', ['cat-file', '--batch'], { cwd: place.root, env: gitEnvironment(place.env) })
    const answer = createAnswerReader(object => waiting.shift()?.resolve(object))
    started.stdout.on('data', answer)
    started.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    // A broken pipe is told better by the exit that follows it.
    started.stdin.on('error', () => undefined)
    ended = new Promise(resolve => {
      started.on('error', error => {
        fail(gitStartError(error, 'git cat-file'))
        resolve()
      })
      started.on('close', () => {
        if (waiting.length > 0 || !closing) fail(gitError(stderr, 'git cat-file'))
        child = undefined
        resolve()
      })
    })
    return started
  }

  /** Names that were asked for together go in one write: alone, each costs 0.2 ms. */
  const ask = (): void => {
    child ??= start()
    child.stdin.write(asked)
    asked = ''
  }

  return {
    read: name =>
      new Promise((resolve, reject) => {
        if (!/^[0-9a-f]{40,64}$/.test(name)) {
          reject(new DvError('git-failed', `${JSON.stringify(name)} is not the name of a git object`))
          return
        }
        waiting.push({ resolve, reject })
        if (asked === '') queueMicrotask(ask)
        asked += `${name}\n`
      }),
    close: async () => {
      closing = true
      child?.stdin.end()
      await ended
    },
  }
}

/**
 * Takes the stream of `git cat-file --batch` apart: `<name> <type> <size>\n<bytes>\n`, or `<name> missing\n`. Chunks of a large object
 * are kept in a list until it is complete, so that its bytes are copied once.
 */
function createAnswerReader(found: (object: GitObject | undefined) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  let body: { readonly type: string; readonly size: number; readonly chunks: Buffer[]; length: number } | undefined
  return chunk => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      if (body) {
        const wanted = body.size + 1 - body.length
        const part = rest.subarray(0, wanted)
        body.chunks.push(part)
        body.length += part.length
        rest = rest.subarray(part.length)
        if (body.length <= body.size) return
        found({ type: body.type, bytes: Buffer.concat(body.chunks, body.size) })
        body = undefined
      }
      const end = rest.indexOf(10)
      if (end < 0) return
      const [, type = '', size] = rest.subarray(0, end).toString().split(' ')
      rest = rest.subarray(end + 1)
      if (size === undefined) found(undefined)
      else body = { type, size: Number(size), chunks: [], length: 0 }
    }
  }
}
