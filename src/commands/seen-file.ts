/** Where is kept what a remote had when it was last asked. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type Repo, stateFolder } from '../repo/open.ts'
import type { RemoteConfig } from '../store/open.ts'

export const seenFile = (repo: Repo, { url, options }: RemoteConfig, hash: string): string =>
  join(
    stateFolder(repo.root),
    'seen',
    createHash('md5')
      .update(JSON.stringify([hash, options['endpointurl'], url]))
      .digest('hex'),
  )
