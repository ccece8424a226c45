/** Tells whether bytes are the object that an id names. */
import { createHash } from 'node:crypto'
import { type HashKind, isTreeId, type ObjectId } from '../base/object-id.ts'
import { createDos2UnixHash } from '../format/dos2unix.ts'

export interface IdCheck {
  update(chunk: Uint8Array): void
  /** to be asked once, after the last chunk */
  matches(): boolean
}

/**
 * An object of DVC 2 counts as whole when either variant of its hash fits: DVC 2 and 3 tell text from binary differently in files
 * above 1 MiB. A tree's id is the plain md5 of its text in both layouts.
 */
export function openIdCheck(id: ObjectId, hash: HashKind): IdCheck {
  const wanted = id.slice(0, 32)
  if (hash === 'md5' || isTreeId(id)) {
    const md5 = createHash('md5')
    return { update: chunk => void md5.update(chunk), matches: () => md5.digest('hex') === wanted }
  }
  const variants = [createDos2UnixHash('dvc3'), createDos2UnixHash('dvc2')]
  return {
    update: chunk => {
      for (const variant of variants) variant.update(chunk)
    },
    matches: () => variants.some(variant => variant.digest() === wanted),
  }
}

export function isObject(bytes: Uint8Array, id: ObjectId, hash: HashKind): boolean {
  const check = openIdCheck(id, hash)
  check.update(bytes)
  return check.matches()
}
