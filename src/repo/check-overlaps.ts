/** Two pointers that claim the same data would undo each other's work. */
import { dirname, relative } from 'node:path'
import { DvError } from '../base/error.ts'
import type { TrackedOutput } from './tracked-output.ts'

/** @throws DvError 'bad-pointer' when two outputs have the same path, or one lies in the other; names both pointers, as DVC does */
export function checkOverlaps(tracked: readonly TrackedOutput[], root: string): void {
  const byPath = new Map<string, TrackedOutput>()
  for (const one of tracked) {
    const other = byPath.get(one.path)
    if (other) throw sameOutput(one, other, root)
    byPath.set(one.path, one)
  }
  const free = new Set<string>([root])
  for (const one of tracked) {
    const passed: string[] = []
    for (let folder = dirname(one.path); !free.has(folder); folder = dirname(folder)) {
      const outer = byPath.get(folder)
      if (outer) throw overlapping(one, outer, root)
      passed.push(folder)
    }
    for (const folder of passed) free.add(folder)
  }
}

function sameOutput(one: TrackedOutput, other: TrackedOutput, root: string): DvError {
  const files = [one, other].map(({ pointerFile }) => relative(root, pointerFile)).sort()
  return new DvError('bad-pointer', `output '${relative(root, one.path)}' is specified in: ${files.map(file => `- ${file}`).join(' ')}`, {
    hint: `git rm ${files[1]}   # either of them`,
  })
}

function overlapping(inner: TrackedOutput, outer: TrackedOutput, root: string): DvError {
  const told = [outer, inner].map(({ path, pointerFile }) => `'${relative(root, path)}' (${relative(root, pointerFile)})`)
  return new DvError('bad-pointer', `the outputs ${told.join(' and ')} overlap: each file can belong to one of them only`, {
    hint: `git rm ${relative(root, inner.pointerFile)}`,
  })
}
