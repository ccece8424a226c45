/** Which paths a tree may hold. A tree comes from a stranger's bucket, and its paths are written to below the output. */
import { DvError } from '../base/error.ts'

/**
 * Refuses a path that would leave the output's folder, write into `.git` or `.dvc`, or mean another file on this platform.
 * @throws DvError 'bad-pointer'
 */
export function checkTreePath(path: string, platform: NodeJS.Platform): void {
  if (needsLook.test(path) || path === '') {
    if (path.includes('\0')) refuse(path, 'it has a NUL byte')
    if (loneSurrogate.test(path)) refuse(path, 'it is not valid Unicode')
    for (const part of path.split('/')) checkPart(path, part)
    if (platform === 'darwin') checkFolded(path)
  }
  if (platform === 'win32') checkWindows(path)
}

/** An empty part, a part that begins with a dot, or a character outside printable ASCII. One test for most paths: 0.1 us. */
const needsLook = /(?:^|\/)(?:\.|\/|$)|[^ -~]/
const loneSurrogate = /\p{Surrogate}/u
const reserved = /^\.(?:git|dvc)$/i

function checkPart(path: string, part: string): void {
  if (part === '') refuse(path, path.startsWith('/') ? 'it is absolute' : 'it has an empty part')
  if (part === '.' || part === '..') refuse(path, `it has the part '${part}'`)
  if (reserved.test(part)) refuse(path, `it would write into '${part}'`)
}

/** HFS+ passes over these characters, so that `.g<U+200C>it` opens `.git` (CVE-2014-9390; git's utf8.c, is_hfs_dotgit). */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

function checkFolded(path: string): void {
  for (const part of path.replace(ignoredByHfs, '').split('/')) {
    if (reserved.test(part)) refuse(path, `it would write into '${part}'`)
  }
}

/** Names of devices, with or without an extension. Source: Win32 "Naming Files, Paths, and Namespaces". */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:[. ].*)?$/i
/** What NTFS makes of `.git` and `.dvc` as 8.3 names (git's path.c, is_ntfs_dotgit). */
const shortName = /^(?:git|dvc)~[0-9]+$/i
const notInNames = /[\\:*?"<>|\u0000-\u001f]/

function checkWindows(path: string): void {
  for (const part of path.split('/')) {
    const unit = notInNames.exec(part)?.[0]
    if (unit !== undefined) refuse(path, `it has ${JSON.stringify(unit)}, which Windows does not allow in names`)
    if (part.endsWith('.') || part.endsWith(' ')) refuse(path, 'Windows drops a dot or a space at the end of a name')
    if (device.test(part)) refuse(path, `'${part}' is a device on Windows`)
    if (shortName.test(part)) refuse(path, `'${part}' is a short name of a folder that dv must not write to`)
  }
}

function refuse(path: string, why: string): never {
  throw new DvError('bad-pointer', `the path ${JSON.stringify(path)} is refused: ${why}`)
}
