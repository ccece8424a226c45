/** What a remote was seen to have: trees, and the files they promise. Believed only after the promise was asked for again. */
import type { ObjectId } from '../base/object-id.ts'
import { type IdRows, idRowBytes, openIdRows } from '../store/id-rows.ts'
import { readKept, writeKept } from '../store/kept-file.ts'

/**
 * A `.dir` on a remote is a promise that its files are there, since it is written last. So one request for the tree proves all
 * of them, also for another tree that shares them.
 */
export interface KnownObjects {
  /** The tree, seen on the remote, that promised this file most lately. To be asked for again before it is believed. */
  promiseOf(file: ObjectId): ObjectId | undefined
  hasTree(tree: ObjectId): boolean
  addTree(tree: ObjectId, files: Iterable<ObjectId>): void
  /** A remembered tree has vanished: somebody cleans up there, and nothing that was learnt counts any more. */
  clear(): void
  flush(): void
}

/*
 * The file: 4 bytes tree count and 4 bytes file count; 17 bytes a tree; 4 bytes a file, the row of its tree; 17 bytes a file.
 * 21 bytes a file: 20,000 files take 0.4 MB and 2 ms.
 */
const format = 'dvknown1'

interface Promises {
  readonly trees: IdRows
  readonly files: IdRows
  treeOf: Uint32Array<ArrayBuffer>
}

/** `file` undefined: nothing is kept beyond this run. Read on the first question; where it may not be written it is not. */
export function openKnownObjects(file: string | undefined): KnownObjects {
  let loaded: Promises | undefined
  let changed = false
  const promises = (): Promises => {
    loaded ??= readPromises(file)
    return loaded
  }
  return {
    promiseOf: id => {
      const { trees, files, treeOf } = promises()
      const row = files.find(id)
      return row === -1 ? undefined : trees.idAt(treeOf[row] as number)
    },
    hasTree: tree => promises().trees.find(tree) !== -1,
    addTree: (tree, listed) => {
      const known = promises()
      const treeRow = known.trees.add(tree)
      for (const id of listed) {
        const row = known.files.add(id)
        if (row >= known.treeOf.length) known.treeOf = grown(known.treeOf)
        known.treeOf[row] = treeRow
      }
      changed = true
    },
    clear: () => {
      loaded = noPromises()
      changed = true
    },
    flush: () => {
      if (!changed || file === undefined || loaded === undefined) return
      changed = false
      writePromises(file, loaded)
    },
  }
}

const noPromises = (): Promises => ({ trees: openIdRows(), files: openIdRows(), treeOf: new Uint32Array(1024) })

function readPromises(file: string | undefined): Promises {
  const body = file === undefined ? undefined : readKept(file, format)
  if (body === undefined || body.length < 8) return noPromises()
  const treeCount = body.readUInt32LE(0)
  const fileCount = body.readUInt32LE(4)
  const rowsAt = 8 + treeCount * idRowBytes
  const filesAt = rowsAt + fileCount * 4
  if (body.length !== filesAt + fileCount * idRowBytes) return noPromises()
  const treeOf = new Uint32Array(fileCount + 1024)
  new Uint8Array(treeOf.buffer).set(body.subarray(rowsAt, filesAt))
  return {
    trees: openIdRows({ bytes: body.subarray(8, rowsAt), count: treeCount }),
    files: openIdRows({ bytes: body.subarray(filesAt), count: fileCount }),
    treeOf,
  }
}

function writePromises(file: string, { trees, files, treeOf }: Promises): void {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(trees.count(), 0)
  head.writeUInt32LE(files.count(), 4)
  writeKept(file, format, [head, ...trees.toBytes(), new Uint8Array(treeOf.buffer, 0, files.count() * 4), ...files.toBytes()])
}

function grown(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(column.length * 2)
  larger.set(column)
  return larger
}
