/** Makes folders on a WebDAV server, each one once. */
import type { HttpClient } from '../http/client.ts'
import { urlBelow } from '../http/object-url.ts'

export interface FolderMaker {
  /** The folder of `path`, and what it lies in. */
  ensureFor(path: string, signal: AbortSignal): Promise<void>
}

/** Writers that need the same folder at the same time wait for one request. */
export function openFolders(client: HttpClient, base: URL): FolderMaker {
  const made = new Map<string, Promise<void>>()
  const ensure = (folder: string, signal: AbortSignal): Promise<void> => {
    const known = made.get(folder)
    if (known !== undefined) return known
    const making = make(folder, signal)
    made.set(folder, making)
    making.catch(() => made.delete(folder)) // the failure is told to those who wait for it; the next one tries anew
    return making
  }
  const make = async (folder: string, signal: AbortSignal): Promise<void> => {
    const url = urlBelow(base, folder)
    url.pathname = `${url.pathname.replace(/\/$/, '')}/` // nginx takes MKCOL with a slash only
    // 405: it is there; 409: what it lies in is not
    const answers = [405, 409]
    const mkcol = () => client.call({ verb: 'make the folder', method: 'MKCOL', url, answers }, signal)
    const { status } = await mkcol()
    if (status !== 409) return
    if (folder !== '') await ensure(parentOf(folder), signal)
    else await makeAbove(url, signal)
    await client.call({ verb: 'make the folder', method: 'MKCOL', url, answers: [405] }, signal)
  }
  /** The remote's own folder, and those above it, from the lowest that is there. */
  const makeAbove = async (url: URL, signal: AbortSignal): Promise<void> => {
    const above = new URL('../', url)
    if (above.pathname === url.pathname) return
    const ask = { verb: 'make the folder', method: 'MKCOL', url: above }
    const { status } = await client.call({ ...ask, answers: [405, 409] }, signal)
    if (status !== 409) return
    await makeAbove(above, signal)
    await client.call({ ...ask, answers: [405] }, signal)
  }
  return { ensureFor: (path, signal) => ensure(parentOf(path), signal) }
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
