/** Files of a source, written into a folder of the user's: under a temporary name until all of them are whole. */
import { randomUUID } from 'node:crypto'
import { createWriteStream, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import { pool } from '../base/pool.ts'
import { fileError } from '../store/file-errors.ts'
import type { FileSource, SourceFile } from '../store/file-source.ts'
import type { Survey } from './survey-source.ts'

export interface Download {
  readonly source: FileSource
  readonly survey: Survey
  /** absolute; what is there and has the name of a file that comes is replaced */
  readonly to: string
  readonly jobs: number | undefined
}

/** @returns bytes. @throws DvError 'file-changed', 'disk-full', 'access-denied', 'bad-target' */
export async function downloadSource({ source, survey, to, jobs }: Download, context: Context): Promise<number> {
  const temporary = join(dirname(to), `.${basename(to)}-${randomUUID()}.tmp`)
  const placeIn = (folder: string, { path }: SourceFile): string => (survey.isFolder ? join(folder, path) : folder)
  const { files } = survey
  let bytes = 0
  context.report({ type: 'phase', name: 'Downloading', items: files.length, bytes: files.reduce((sum, { size = 0 }) => sum + size, 0) })
  try {
    if (survey.isFolder) mkdirSync(temporary, { recursive: true })
    await pool(files, { limit: jobs ?? source.concurrency, signal: context.signal }, async file => {
      const place = placeIn(temporary, file)
      mkdirSync(dirname(place), { recursive: true })
      const size = await source.read(file, { signal: context.signal }, async body => {
        const target = createWriteStream(place)
        await pipeline(body, target)
        if (file.size !== undefined && target.bytesWritten !== file.size)
          throw new DvError(
            'store-unavailable',
            `${source.label}/${file.path} came with ${target.bytesWritten} bytes, not with ${file.size}`,
          )
        return target.bytesWritten
      })
      bytes += size
      context.report({ type: 'advance', items: 1, bytes: size })
    })
    if (!lstatSync(to, { throwIfNoEntry: false })) renameSync(temporary, to)
    else for (const file of files) putInPlace(placeIn(temporary, file), { to, place: placeIn(to, file) })
    return bytes
  } catch (error) {
    throw fileError(error, `write ${to}`, to)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Below `to` nothing is written through a link, which could lead anywhere. */
function putInPlace(from: string, { to, place }: { readonly to: string; readonly place: string }): void {
  for (let folder = dirname(place); folder.length >= to.length; folder = dirname(folder)) {
    const stats = lstatSync(folder, { throwIfNoEntry: false })
    if (stats && !stats.isDirectory())
      throw new DvError('bad-target', `'${folder}' is in the way: it is no folder`, { hint: `mv ${folder} ${folder}.old` })
  }
  if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory())
    throw new DvError('bad-target', `'${place}' is in the way: it is a folder`, { hint: `mv ${place} ${place}.old` })
  mkdirSync(dirname(place), { recursive: true })
  renameSync(from, place)
}
