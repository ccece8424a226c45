/** What dv remembers of one output's files, so that they need not be hashed again. Losing it costs time, never data. */
import { randomBytes } from 'node:crypto'
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import xxhash, { type XXHashAPI } from 'xxhash-wasm'
import { isSystemError } from '../base/error.ts'
import { decodeIndex, encodeIndex, type IndexTable, type StoredTable } from './index-table.ts'

export interface StateIndex {
  /** Reads the file once. Undefined when there is none, or it is torn, or of another version of dv. */
  read(): Promise<StoredTable | undefined>
  /** Keeps the table for `read` and for the next `flush`. */
  replace(table: IndexTable): void
  /**
   * The clock of the file system on which `output` lies, in ns since 1970: a change made from now on gets this time or a later
   * one. It ticks coarsely (1 to 10 ms, on some servers 1 s), so what is not older may still change unseen.
   */
  tick(output: string): bigint
  /** The clock once it has passed `time`, so that whatever is changed from now on gets a later time. May give up, and be earlier. */
  tickAfter(time: bigint, output: string): Promise<bigint>
  /** Writes by temp and rename what `replace` was given. Where it may not write it keeps nothing and says nothing. */
  flush(): Promise<void>
}

export function openStateIndex(file: string): StateIndex {
  let table: StoredTable | undefined
  let wasRead = false
  let pending: IndexTable | undefined
  return {
    read: async () => {
      if (wasRead) return table
      wasRead = true
      const bytes = readIfAllowed(file)
      table = bytes && decodeIndex(bytes, await loadXxhash())
      return table
    },
    replace: next => {
      wasRead = true
      table = { ...next, pathText: next.paths.join('\0') }
      pending = next
    },
    tick: output => tickOf(file, output) ?? 0n,
    tickAfter: async (time, output) => {
      for (let waited = 0; ; waited += waitStep) {
        const now = tickOf(file, output) ?? 0n
        if (now > time || waited >= longestWait) return now
        await sleep(waitStep)
      }
    },
    flush: async () => {
      if (pending === undefined) return
      const bytes = encodeIndex(pending, await loadXxhash())
      pending = undefined
      writeIfAllowed(file, bytes)
    },
  }
}

let loaded: Promise<XXHashAPI> | undefined

/** 1 ms to compile; 0.3 ms for the 1.6 MB of 20,000 files. */
const loadXxhash = (): Promise<XXHashAPI> => (loaded ??= xxhash())

/** What a folder that may not be written answers. */
const refusals = ['EACCES', 'EPERM', 'EROFS'] as const

function readIfAllowed(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EIO', ...refusals)) return undefined
    throw error
  }
}

const temporaryName = (file: string): string => `${file}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`

function writeIfAllowed(file: string, bytes: Uint8Array): void {
  const temporary = temporaryName(file)
  try {
    makeFolder(dirname(file))
    writeFileSync(temporary, bytes)
    renameSync(temporary, file)
  } catch (error) {
    remove(temporary)
    // On a full disk the index is what can be done without.
    if (!isSystemError(error, 'ENOSPC', 'EDQUOT', 'EIO', ...refusals)) throw error
  }
}

/** By hand: mkdir with `recursive` never returns where the file system answers ENOENT to making a folder, as /proc does (Node 20.20). */
function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (isSystemError(error, 'EEXIST')) return
    if (!isSystemError(error, 'ENOENT') || dirname(folder) === folder) throw error
    makeFolder(dirname(folder))
    mkdirSync(folder)
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // It was never made, or cannot be removed; the first error is the one to handle.
  }
}

/** Changes a file beside the index and reads its mtime. Undefined where that cannot be done; then nothing can be remembered either. */
function tickOf(file: string, output: string): bigint | undefined {
  const probe = temporaryName(file)
  try {
    makeFolder(dirname(file))
    const descriptor = openSync(probe, 'wx')
    try {
      writeSync(descriptor, 'x')
    } finally {
      closeSync(descriptor)
    }
    const { mtimeNs, dev } = lstatSync(probe, { bigint: true })
    if (lstatSync(output, { bigint: true, throwIfNoEntry: false })?.dev === dev) return mtimeNs
    const host = BigInt(Date.now()) * 1_000_000n
    return (mtimeNs < host ? mtimeNs : host) - foreignClockSlackNs
  } catch (error) {
    if (isSystemError(error, 'ENOSPC', 'EDQUOT', 'EIO', 'ENOENT', 'ENOTDIR', ...refusals)) return undefined
    throw error
  } finally {
    remove(probe)
  }
}

/** How coarse or late the clock of another file system may be: FAT's mtime has steps of 2 s. */
const foreignClockSlackNs = 2_000_000_000n

/** ms */
const waitStep = 2
/** ms. Ticks are 1 to 10 ms apart; a server's clock may lag further, and then the files are merely hashed again. */
const longestWait = 20
