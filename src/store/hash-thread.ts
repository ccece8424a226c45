/** Hashes, and writes, large objects in threads, so that two of them need not share one core. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** An object whose bytes come piece by piece. */
export interface HashJob {
  /** Returns when `chunk` may be used again, which may be before it is hashed. @throws what writing failed with */
  take(chunk: Uint8Array): Promise<void>
  /** hex; when all bytes are hashed and written. @throws what writing failed with */
  digest(): Promise<string>
  /** To be awaited before the descriptor is closed, whatever happened: until then the thread may write to it. */
  settle(): Promise<void>
}

/**
 * The thread's program. As text, since it needs nothing but Node and so runs from the sources as from the bundle. A file
 * descriptor belongs to the process, not to a thread.
 */
const program = `
const { createHash } = require('node:crypto')
const { writeSync } = require('node:fs')
const { parentPort } = require('node:worker_threads')
const jobs = new Map()
parentPort.on('message', ({ id, begin, block, length, end }) => {
  if (begin) return jobs.set(id, { ...begin, md5: createHash('md5') })
  const { md5, memory, blockBytes, descriptor } = jobs.get(id)
  if (end) {
    jobs.delete(id)
    return parentPort.postMessage({ id, digest: md5.digest('hex') })
  }
  const bytes = new Uint8Array(memory, block * blockBytes, length)
  try {
    if (descriptor !== undefined) for (let at = 0; at < length; ) at += writeSync(descriptor, bytes, at)
    md5.update(bytes)
    parentPort.postMessage({ id, block })
  } catch ({ code, message }) {
    parentPort.postMessage({ id, block, failure: { code, message } })
  }
})
`

/** Bytes: what the thread is handed at a time, and how often for each object. 64 objects on their way then take 64 MiB. */
const blockBytes = 256 * 1024
const blocksPerJob = 4
/** Beyond it the disk or the net is the limit. */
const mostThreads = 4

interface Reply {
  readonly id: number
  readonly block?: number
  readonly digest?: string
  readonly failure?: { readonly code: string; readonly message: string }
}

interface Thread {
  readonly worker: Worker
  readonly jobs: Map<number, (reply: Reply | Error) => void>
}

const threads: Thread[] = []
let lastId = 0

/** Where it pays: not on one core. */
export const hashesInThreads = availableParallelism() > 1

/** Bytes are written to `descriptor`, if there is one, from where it stands. */
export function openHashJob(descriptor: number | undefined): HashJob {
  const id = lastId++
  const thread = leastBusyThread()
  const memory = new SharedArrayBuffer(blockBytes * blocksPerJob)
  const bytes = new Uint8Array(memory)
  const free = Array.from({ length: blocksPerJob }, (_, block) => block)
  let filled = 0
  let failure: Error | undefined
  let wake: (() => void) | undefined
  let ending: Promise<string> | undefined
  let ended: ((digest: string) => void) | undefined

  const answer = (reply: Reply | Error): void => {
    if (reply instanceof Error) failure ??= reply
    else if (reply.failure) failure ??= Object.assign(new Error(reply.failure.message), { code: reply.failure.code })
    if (!(reply instanceof Error) && reply.block !== undefined) free.push(reply.block)
    wake?.()
    const digest = reply instanceof Error ? '' : reply.digest
    if (digest === undefined) return
    thread.jobs.delete(id)
    if (thread.jobs.size === 0) thread.worker.unref()
    ended?.(digest)
  }
  const freeBlock = async (): Promise<number> => {
    while (free[0] === undefined && failure === undefined) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
    if (failure) throw failure
    return free[0] as number
  }
  const handOver = (): void => {
    thread.worker.postMessage({ id, block: free.shift(), length: filled })
    filled = 0
  }
  const end = (): Promise<string> => {
    ending ??= new Promise(resolve => {
      ended = resolve
      if (!thread.jobs.has(id)) resolve('')
      else thread.worker.postMessage({ id, end: true })
    })
    return ending
  }

  thread.jobs.set(id, answer)
  thread.worker.ref()
  thread.worker.postMessage({ id, begin: { memory, blockBytes, descriptor } })
  return {
    take: async chunk => {
      for (let at = 0; at < chunk.length; ) {
        const block = await freeBlock()
        const part = chunk.subarray(at, at + blockBytes - filled)
        bytes.set(part, block * blockBytes + filled)
        filled += part.length
        at += part.length
        if (filled === blockBytes) handOver()
      }
    },
    digest: async () => {
      if (filled > 0) handOver()
      const digest = await end()
      if (failure) throw failure
      return digest
    },
    settle: async () => void (await end()),
  }
}

function leastBusyThread(): Thread {
  const idle = threads.find(thread => thread.jobs.size === 0)
  if (idle) return idle
  if (threads.length < Math.min(mostThreads, availableParallelism())) return startThread()
  return threads.reduce((least, thread) => (thread.jobs.size < least.jobs.size ? thread : least))
}

/** 30 ms until it answers; blocks wait for it meanwhile. It ends with the process. */
function startThread(): Thread {
  const worker = new Worker(program, { eval: true })
  const thread: Thread = { worker, jobs: new Map() }
  const dropped = (error: Error): void => {
    threads.splice(threads.indexOf(thread), 1)
    for (const answer of [...thread.jobs.values()]) answer(error)
  }
  worker.on('message', (reply: Reply) => thread.jobs.get(reply.id)?.(reply))
  worker.on('error', dropped)
  threads.push(thread)
  return thread
}
