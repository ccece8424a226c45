/** The bytes of a git tree object, taken apart. */

export interface GitTreeEntry {
  readonly name: string
  readonly kind: 'folder' | 'file' | 'executable' | 'symlink' | 'submodule'
  /** git's name of the blob, tree or commit: hex digits */
  readonly object: string
}

const kinds: Readonly<Record<string, GitTreeEntry['kind']>> = {
  '40000': 'folder',
  '100755': 'executable',
  '120000': 'symlink',
  '160000': 'submodule',
}

/** `<mode> <name>\0<object>` again and again; `objectBytes` is 20, or 32 in a sha256 repository. Any other mode is an ordinary file, as for git. */
export function parseGitTree(bytes: Buffer, objectBytes: number): GitTreeEntry[] {
  const entries: GitTreeEntry[] = []
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at)
    const end = bytes.indexOf(0, space)
    entries.push({
      kind: kinds[bytes.toString('latin1', at, space)] ?? 'file',
      name: bytes.toString('utf8', space + 1, end),
      object: bytes.toString('hex', end + 1, end + 1 + objectBytes),
    })
    at = end + 1 + objectBytes
  }
  return entries
}
