/** Objects on a WebDAV server: Nextcloud, ownCloud, Apache, nginx, and whoever speaks RFC 4918. */
import { randomUUID } from 'node:crypto'
import type { Context } from '../../base/context.ts'
import type { HashKind, ObjectId } from '../../base/object-id.ts'
import { pool, throwIfAborted } from '../../base/pool.ts'
import { objectPath } from '../../format/object-path.ts'
import { type HttpClient, openHttpClient } from '../http/client.ts'
import { urlBelow } from '../http/object-url.ts'
import { readHttpFile } from '../http/read-file.ts'
import { bodyOf, type SentObject } from '../http/sent-object.ts'
import { remoteHints } from '../http/settings.ts'
import type { ObjectStore } from '../object-store.ts'
import type { RemoteConfig } from '../open.ts'
import { type FolderMaker, openFolders } from './folders.ts'
import { inventoryOf, whichAreThere } from './listing.ts'
import { readWebdavSettings, type WebdavSettings } from './settings.ts'
import { tokenFrom } from './token.ts'

/** @throws DvError 'bad-config', and 'access-denied' where a command gives no token */
export async function openWebdavStore(remote: RemoteConfig, hash: HashKind, context: Context): Promise<ObjectStore> {
  const settings = readWebdavSettings(remote, context.env)
  const { url: base, label, concurrency } = settings
  const client = openHttpClient(await clientOptions(settings, context), context.env)
  const shelf = { client, base, hash, concurrency }
  const folders = openFolders(client, base)
  const urlOf = (id: ObjectId): URL => urlBelow(base, objectPath(id, hash))
  return {
    label,
    concurrency,
    has: async (ids, signal) => {
      throwIfAborted(signal)
      return whichAreThere(shelf, ids, signal)
    },
    read: (id, options, consume) => readHttpFile({ client, url: urlOf(id) }, options, consume),
    write: async (id, source, signal) => {
      throwIfAborted(signal)
      await writeObject({ client, base, folders }, { id, source, hash }, signal)
    },
    list: async function* (signal) {
      throwIfAborted(signal)
      for await (const page of inventoryOf(shelf, signal)) yield page.map(({ id }) => id)
    },
    inventory: async function* (signal) {
      throwIfAborted(signal)
      yield* inventoryOf(shelf, signal)
    },
    remove: async (ids, signal) => {
      throwIfAborted(signal)
      await pool(ids, { limit: concurrency, signal }, async id => {
        await client.call({ verb: 'remove', method: 'DELETE', url: urlOf(id), answers: [404, 410] }, signal)
      })
    },
    close: async () => client.close(),
  }
}

async function clientOptions(settings: WebdavSettings, { signal }: Context) {
  const { tokenCommand, remote, url } = settings
  const authorization =
    tokenCommand === undefined ? settings.authorization : { authorization: `Bearer ${await tokenFrom(tokenCommand, remote, signal)}` }
  const accessHint = `dv remote modify --local ${remote} user <name>, and password <password>`
  return { ...settings, ...remoteHints(settings), accessHint, origin: url.origin, authorization: () => authorization }
}

interface Place {
  readonly client: HttpClient
  readonly base: URL
  readonly folders: FolderMaker
}

/** Under another name first: whether a server shows what it has half of, RFC 4918 leaves to it. */
async function writeObject({ client, base, folders }: Place, object: SentObject, signal: AbortSignal): Promise<void> {
  const path = objectPath(object.id, object.hash)
  const temporary = `.dv/tmp/${randomUUID()}`
  const url = urlBelow(base, temporary)
  const destination = urlBelow(base, path)
  const body = await bodyOf(object)
  await folders.ensureFor(temporary, signal)
  try {
    await client.call({ verb: 'write', method: 'PUT', url, ...body }, signal)
    await folders.ensureFor(path, signal)
    await client.call({ verb: 'write', method: 'MOVE', url, headers: { destination: destination.href, overwrite: 'T' } }, signal)
  } catch (error) {
    // What cannot be taken away now is under a name that nobody reads; the error that counts is the first one.
    await client.call({ verb: 'remove', method: 'DELETE', url, answers: [404, 410] }, AbortSignal.timeout(5_000)).catch(() => undefined)
    throw error
  }
}
