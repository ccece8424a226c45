/** The files of another repository that are no tracked data: those of a commit, or of a work tree. */

export interface SourceFile {
  readonly name: string
  /** '/' separated, relative to the top of the source */
  readonly path: string
  readonly kind: 'file' | 'executable' | 'symlink' | 'folder'
}

export interface SourceFiles {
  /** sorted by name; undefined: no such folder. '' is the top. What ignore files leave out is among them. */
  list(folder: string): readonly SourceFile[] | undefined
  find(path: string): SourceFile | undefined
  /** bytes of each, by path; of a folder what git or the file system call its size, as DVC shows it */
  sizes(files: readonly SourceFile[]): Promise<ReadonlyMap<string, number>>
  /** of a symbolic link what it points to, as text. @throws DvError 'git-failed' */
  read(path: string): Promise<Uint8Array>
  /** Makes the next `read` of these quick, where files come over a network. */
  prepare(paths: readonly string[]): Promise<void>
}

export const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

export const joined = (folder: string, name: string): string => (folder === '' ? name : name === '' ? folder : `${folder}/${name}`)
