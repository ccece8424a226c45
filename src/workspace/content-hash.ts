/** The hash that names an object, of bytes that come in pieces. */
import { createHash } from 'node:crypto'
import type { HashKind } from '../base/object-id.ts'
import { createDos2UnixHash } from '../format/dos2unix.ts'

export interface ContentHash {
  update(chunk: Uint8Array): void
  /** 32 hex digits. For `md5-dos2unix`, `accepts` chooses between the variants of DVC 2 and 3; without a choice it is that of DVC 3. */
  digest(accepts?: (id: string) => boolean): string
}

export function createContentHash(kind: HashKind): ContentHash {
  if (kind === 'md5') {
    const hash = createHash('md5')
    return { update: chunk => void hash.update(chunk), digest: () => hash.digest('hex') }
  }
  // The variants differ in files over 1 MiB only (DVC 3 looks anew at each piece whether it is text); both are the content's name.
  const older = createDos2UnixHash('dvc2')
  const newer = createDos2UnixHash('dvc3')
  return {
    update: chunk => {
      older.update(chunk)
      newer.update(chunk)
    },
    digest: accepts => {
      const id = older.digest()
      return accepts?.(id) ? id : newer.digest()
    },
  }
}
