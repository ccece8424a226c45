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
  /** 17 bytes a row: all md5s, then for each a 1 when it is a tree's */
  toBytes(): Uint8Array[]
}

const wordsPerId = 4
export const idRowBytes = 17
const smallest = 1024

/** Open addressing by the first 32 bits of the md5, which are as good as random. The table is at most half full. */
export function openIdRows(stored?: { readonly bytes: Uint8Array; readonly count: number }): IdRows {
  let count = stored?.count ?? 0
  let capacity = Math.max(smallest, 2 ** Math.ceil(Math.log2(count * 1.25 + 1)))
  let words = new Uint32Array(capacity * wordsPerId)
  let trees = new Uint8Array(capacity)
  let slots = new Int32Array(0)
  const scratch = new Uint32Array(wordsPerId)
  const scratchBytes = Buffer.from(scratch.buffer)

  const slotOf = (first: number, tree: number): number => (first ^ (tree * 0x9e3779b9)) & (slots.length - 1)
  const rebuild = (): void => {
    slots = new Int32Array(capacity * 2).fill(-1)
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

  if (stored) {
    new Uint8Array(words.buffer).set(stored.bytes.subarray(0, count * 16))
    trees.set(stored.bytes.subarray(count * 16, count * idRowBytes))
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
      words.set(scratch, row * wordsPerId)
      trees[row] = isTreeId(id) ? 1 : 0
      slots[slot] = row
      if (count === capacity) {
        capacity *= 2
        words = grown(words, new Uint32Array(capacity * wordsPerId))
        trees = grown(trees, new Uint8Array(capacity))
        rebuild()
      }
      return row
    },
    idAt: row => `${Buffer.from(words.buffer, row * 16, 16).toString('hex')}${trees[row] ? '.dir' : ''}` as ObjectId,
    toBytes: () => [new Uint8Array(words.buffer, 0, count * 16), trees.subarray(0, count)],
  }
}

function grown<Column extends Uint8Array | Uint32Array>(from: Column, to: Column): Column {
  to.set(from)
  return to
}
