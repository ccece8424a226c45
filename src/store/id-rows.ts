/** Numbers object ids 0, 1, 2, … and finds the number again, packed: a million ids take 33 MB, where a Map takes 150. */
import { isTreeId, type ObjectId } from '../base/object-id.ts'

export interface IdRows {
  /** how many ids there are */
  count(): number
  /** the id's row, or -1 */
  find(id: ObjectId): number
  /** the id's row, a new one if it had none */
  add(id: ObjectId): number
  idAt(row: number): ObjectId
  /** for a file: 16 bytes a row of md5, and a 1 for each that is a tree's */
  toBytes(): IdColumns
}

export interface IdColumns {
  /** starts at a multiple of 4 in its buffer, see `aligned` */
  readonly md5s: Uint8Array<ArrayBuffer>
  readonly trees: Uint8Array<ArrayBuffer>
}

const wordsPerId = 4
const smallest = 1024

/** Open addressing by the first 32 bits of the md5, which are as good as random. The table of slots is at most half full. */
export function openIdRows(stored?: IdColumns): IdRows {
  let count = stored?.trees.length ?? 0
  let words = stored
    ? new Uint32Array(stored.md5s.buffer, stored.md5s.byteOffset, count * wordsPerId)
    : new Uint32Array(smallest * wordsPerId)
  let trees = stored?.trees ?? new Uint8Array(smallest)
  let slots = new Int32Array(0)
  const scratch = new Uint32Array(wordsPerId)
  const scratchBytes = Buffer.from(scratch.buffer)

  const slotOf = (first: number, tree: number): number => (first ^ (tree * 0x9e3779b9)) & (slots.length - 1)
  const rebuild = (): void => {
    slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(smallest, count) * 2.5))).fill(-1)
    const mask = slots.length - 1
    for (let row = 0; row < count; row++) {
      let slot = slotOf(words[row * wordsPerId] as number, trees[row] as number)
      while (slots[slot] !== -1) slot = (slot + 1) & mask
      slots[slot] = row
    }
  }
  /** the slot that holds the id, or the free one where it belongs */
  const seek = (id: ObjectId): number => {
    const tree = isTreeId(id) ? 1 : 0
    scratchBytes.write(tree ? id.slice(0, 32) : id, 0, 16, 'hex')
    const mask = slots.length - 1
    let slot = slotOf(scratch[0] as number, tree)
    for (;;) {
      const row = slots[slot] as number
      if (row === -1) return slot
      const at = row * wordsPerId
      if (
        words[at] === scratch[0] &&
        words[at + 1] === scratch[1] &&
        words[at + 2] === scratch[2] &&
        words[at + 3] === scratch[3] &&
        trees[row] === tree
      )
        return slot
      slot = (slot + 1) & mask
    }
  }

  rebuild()
  return {
    count: () => count,
    find: id => slots[seek(id)] as number,
    add: id => {
      const slot = seek(id)
      const known = slots[slot] as number
      if (known !== -1) return known
      const row = count++
      if (row === trees.length) {
        words = grown(words, new Uint32Array((row + smallest) * 2 * wordsPerId))
        trees = grown(trees, new Uint8Array((row + smallest) * 2))
      }
      words.set(scratch, row * wordsPerId)
      trees[row] = isTreeId(id) ? 1 : 0
      if (count * 2 > slots.length) rebuild()
      else slots[slot] = row
      return row
    },
    idAt: row => `${Buffer.from(words.buffer, words.byteOffset + row * 16, 16).toString('hex')}${trees[row] ? '.dir' : ''}` as ObjectId,
    toBytes: () => ({ md5s: new Uint8Array(words.buffer, words.byteOffset, count * 16), trees: trees.subarray(0, count) }),
  }
}

/** Bytes that columns of numbers can be laid over without a copy. */
export const aligned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.byteOffset % 8 === 0 && bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)

function grown<Column extends Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(from: Column, to: Column): Column {
  to.set(from)
  return to
}
