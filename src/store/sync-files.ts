/** Brings files to the disk, so that a power cut does not take them. */
import { spawn } from 'node:child_process'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pool } from '../base/pool.ts'
import { fileError } from './file-errors.ts'

/** Below this many files each is synced by itself: 0.15–0.19 ms a file where one `sync -f` took 60 ms for 5,000 (ext4, measured). */
const oneByOneBelow = 100
/** Syncs at a time; a file system joins those that wait for the same flush. */
const syncsAtOnce = 8

/** `folder` lies on the file system of all `paths`. @throws DvError 'disk-full', 'store-unavailable' */
export async function syncFiles(folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length >= oneByOneBelow && (await syncFileSystem(folder))) return
  const limits = { limit: syncsAtOnce, signal: new AbortController().signal }
  await pool(paths, limits, syncOne)
  await pool(new Set(paths.map(dirname)), limits, syncOne)
}

/** False where there is no `sync` that knows `-f` (macOS). */
function syncFileSystem(folder: string): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn('sync', ['-f', folder], { stdio: 'ignore' })
    child.on('error', () => resolve(false))
    child.on('exit', status => resolve(status === 0))
  })
}

async function syncOne(path: string): Promise<void> {
  try {
    const file = await open(path, 'r')
    try {
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    throw fileError(error, `bring ${path} to the disk`, path)
  }
}
