/** Learns what of a request a remote has, with as few questions as can be trusted. */
import type { ObjectId } from '../base/object-id.ts'
import type { TransferEnds, TransferRequest } from './request.ts'

export interface RemoteState {
  /** Trees and files of the request that are there: seen, or promised by a tree that was seen. */
  readonly present: ReadonlySet<ObjectId>
  /** The trees, just seen there, whose promises `present` rests on: by the tree that was not there and needs the files. */
  readonly promises: ReadonlyMap<ObjectId, ReadonlySet<ObjectId>>
}

/**
 * First one question for all trees and single files. Of a tree that is there no file is asked. Of the other trees' files those are
 * asked that no tree promises, together with the remembered trees that promise the others. So a second push asks once for one id,
 * and a push of one changed file asks for two more.
 */
export async function askRemote(
  { trees, files }: TransferRequest,
  { remote, known }: Pick<TransferEnds, 'remote' | 'known'>,
  signal: AbortSignal,
): Promise<RemoteState> {
  const asked = [...new Set([...trees.keys(), ...files])]
  const present = await remote.has(asked, signal)
  if (asked.some(id => !present.has(id) && known.hasTree(id))) known.clear()
  const absentTrees = [...trees.keys()].filter(id => !present.has(id))
  const promisedBy = new Map<ObjectId, ObjectId>()
  for (const [tree, listed] of trees) {
    if (!present.has(tree)) continue
    if (!known.hasTree(tree)) known.addTree(tree, listed)
    if (absentTrees.length > 0) for (const id of listed) promisedBy.set(id, tree)
  }
  const needed = new Set(absentTrees.flatMap(tree => trees.get(tree) ?? []).filter(id => !present.has(id)))
  await askForRest({ needed, present, promisedBy }, { remote, known }, signal)
  const promises = new Map(absentTrees.map(tree => [tree, promisesFor(trees.get(tree) ?? [], { present, promisedBy })]))
  for (const [tree, listed] of trees) if (present.has(tree)) for (const id of listed) present.add(id)
  for (const id of needed) if (promisedBy.has(id)) present.add(id)
  return { present, promises }
}

interface Learnt {
  /** files of absent trees that nothing is known of */
  readonly needed: ReadonlySet<ObjectId>
  /** what was seen; grows */
  readonly present: Set<ObjectId>
  /** by file the tree, which was seen; grows */
  readonly promisedBy: Map<ObjectId, ObjectId>
}

async function askForRest(
  { needed, present, promisedBy }: Learnt,
  { remote, known }: Pick<TransferEnds, 'remote' | 'known'>,
  signal: AbortSignal,
): Promise<void> {
  const unknown: ObjectId[] = []
  const remembered = new Map<ObjectId, ObjectId>()
  for (const id of needed) {
    if (promisedBy.has(id)) continue
    const tree = known.promiseOf(id)
    if (tree === undefined) unknown.push(id)
    else remembered.set(id, tree)
  }
  const rememberedTrees = new Set(remembered.values())
  if (unknown.length + rememberedTrees.size === 0) return
  const found = await remote.has([...rememberedTrees, ...unknown], signal)
  for (const id of unknown) if (found.has(id)) present.add(id)
  const unproven: ObjectId[] = []
  for (const [id, tree] of remembered) {
    if (found.has(tree)) promisedBy.set(id, tree)
    else unproven.push(id)
  }
  if (unproven.length === 0) return
  known.clear()
  for (const id of await remote.has(unproven, signal)) present.add(id)
}

/** Files that were seen themselves need no promise. */
function promisesFor(listed: readonly ObjectId[], { present, promisedBy }: Pick<Learnt, 'present' | 'promisedBy'>): Set<ObjectId> {
  const trees = new Set<ObjectId>()
  for (const id of listed) {
    const tree = present.has(id) ? undefined : promisedBy.get(id)
    if (tree !== undefined) trees.add(tree)
  }
  return trees
}
