/** Carries out a plan: from the cache to a remote, a tree's files before the tree. */
import type { Context } from '../base/context.ts'
import { DvError } from '../base/error.ts'
import type { ObjectId } from '../base/object-id.ts'
import { pool } from '../base/pool.ts'
import type { Cache } from '../store/cache.ts'
import type { PlannedTree, SendPlan } from './plan-send.ts'
import type { TransferEnds } from './request.ts'
import { openTally, type Tally, type TransferResult } from './tally.ts'

export interface TransferOptions {
  /** objects at a time; by default what the remote serves well */
  readonly jobs?: number
}

/** A tree on its way: it is written when no file of it is left, by whoever sent the last one. */
interface WaitingTree {
  readonly tree: PlannedTree
  left: number
  /** a file of it failed, or is in neither place */
  broken: boolean
}

/**
 * Largest objects first, so that none of them is the last. Trees are independent of each other. A failure is part of the result;
 * only one that all the rest would share is thrown.
 * @throws DvError 'interrupted', 'disk-full', and what all objects failed with
 */
export async function sendObjects(plan: SendPlan, ends: TransferEnds, options: TransferOptions, context: Context): Promise<TransferResult> {
  const tally = openTally(context)
  for (const id of plan.absent) tally.absent(id)
  const trees = plan.trees.map(tree => ({ tree, left: tree.missing.length, broken: tree.absent.length > 0 }))
  const waiting = treesByFile(trees)
  const files = [...new Set([...plan.files, ...waiting.keys()])].sort((a, b) => (plan.sizes.get(b) ?? 0) - (plan.sizes.get(a) ?? 0))
  context.report({ type: 'phase', name: 'Sending', items: plan.sizes.size, bytes: plan.bytes })
  const limits = { limit: options.jobs ?? ends.remote.concurrency, signal: context.signal }
  const sendTree = (entry: WaitingTree): Promise<void> => finishTree(entry, { ends, tally }, context.signal)
  await pool(files, limits, async id => {
    const sent = await sendOne(id, { ends, tally }, context.signal)
    for (const entry of waiting.get(id) ?? []) {
      entry.left--
      if (!sent) entry.broken = true
      if (entry.left === 0) await sendTree(entry)
    }
  })
  const withoutFiles = trees.filter(({ tree }) => tree.missing.length === 0)
  await pool(withoutFiles, limits, sendTree)
  return tally.result()
}

interface Sending {
  readonly ends: TransferEnds
  readonly tally: Tally
}

function treesByFile(trees: readonly WaitingTree[]): Map<ObjectId, WaitingTree[]> {
  const byFile = new Map<ObjectId, WaitingTree[]>()
  for (const entry of trees) {
    for (const id of entry.tree.missing) {
      const others = byFile.get(id)
      if (others) others.push(entry)
      else byFile.set(id, [entry])
    }
  }
  return byFile
}

/** Whether it arrived. An object that is not whole is not sent: `dvc` would take the wrong bytes for right. */
async function sendOne(id: ObjectId, { ends: { cache, remote }, tally }: Sending, signal: AbortSignal): Promise<boolean> {
  try {
    if (!(await cache.isWhole(id, signal))) throw damaged(id, cache)
    const source = await cache.source(id)
    await remote.write(id, source, signal)
    tally.moved(source.size)
    return true
  } catch (error) {
    if (error instanceof DvError && error.code === 'object-missing') tally.absent(id)
    else tally.failed(id, error)
    return false
  }
}

/** Where its bytes are now is told: with cache.type symlink they may be what somebody has just written. */
const damaged = (id: ObjectId, { folder, sizeOf }: Cache): DvError => {
  const kept = sizeOf(id) === undefined ? `; what it held is kept in ${folder}/.dv/damaged` : ''
  return new DvError('object-corrupt', `object ${id} in ${folder} is damaged and was not sent: its bytes have another hash${kept}`, {
    hint: `dv fetch   brings it back where a remote has it; else dv add the original again`,
  })
}

async function finishTree({ tree, broken }: WaitingTree, sending: Sending, signal: AbortSignal): Promise<void> {
  const { ends, tally } = sending
  if (broken || !(await isPromiseKept(tree, sending, signal))) return tally.withheld(tree.id)
  if (await sendOne(tree.id, sending, signal)) ends.known.addTree(tree.id, [...tree.present, ...tree.missing])
}

/**
 * Asks again for the trees that proved the files which were not sent: a colleague's gc may have run meanwhile. If it did, the files
 * are asked for themselves, and those that went are sent.
 */
async function isPromiseKept(tree: PlannedTree, sending: Sending, signal: AbortSignal): Promise<boolean> {
  const { remote, known } = sending.ends
  if (tree.promises.length === 0) return true
  try {
    const kept = await remote.has(tree.promises, signal)
    if (kept.size === tree.promises.length) return true
    known.clear()
    const there = await remote.has(tree.present, signal)
    let complete = true
    for (const id of tree.present) if (!there.has(id) && !(await sendOne(id, sending, signal))) complete = false
    return complete
  } catch (error) {
    sending.tally.failed(tree.id, error)
    return false
  }
}
