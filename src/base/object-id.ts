/** The name of an object: the md5 of its bytes. */
import { DvError } from './error.ts'

declare const brand: unique symbol

/** 32 lower-case hex digits; the id of a tree (a folder's list of files) ends in `.dir`. A tagged string: cheap as a Map key. */
export type ObjectId = string & { readonly [brand]: 'ObjectId' }

/**
 * How an output was hashed, which also decides where its objects lie. `md5`: DVC 3, `files/md5/ab/…`.
 * `md5-dos2unix`: DVC 2 (a pointer without `hash:`), text is hashed with CRLF turned into LF, objects lie in `ab/…`.
 */
export type HashKind = 'md5' | 'md5-dos2unix'

const idForm = /^[0-9a-f]{32}(?:\.dir)?$/

/** @throws DvError 'bad-pointer' when the text is no md5. Upper-case digits are accepted, as DVC does. */
export function parseObjectId(text: string): ObjectId {
  const lower = text.toLowerCase()
  if (!idForm.test(lower))
    throw new DvError('bad-pointer', `${JSON.stringify(text)} is not an md5: 32 hex digits, with .dir behind them for a folder`)
  return lower as ObjectId
}

export const isObjectId = (text: string): text is ObjectId => idForm.test(text)

export const isTreeId = (id: ObjectId): boolean => id.length > 32
