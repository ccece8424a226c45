/** Which contents would still be had after their files went. */
import type { Context } from '../base/context.ts'
import type { ObjectId } from '../base/object-id.ts'
import type { Cache } from '../store/cache.ts'
import { inspectObjects, objectState } from '../workspace/inspect-objects.ts'

/** Those that the cache holds whole. A damaged one is told, and set aside: the file that is about to go may be the only copy. */
export async function savedObjects(ids: ReadonlySet<ObjectId>, cache: Cache, context: Context): Promise<ReadonlySet<ObjectId>> {
  const asked = [...ids]
  const { states, damaged } = await inspectObjects(asked, cache, context)
  for (const { id, movedTo } of damaged)
    context.report({
      type: 'warning',
      message: `object ${id} in the cache is damaged${movedTo === cache.pathOf(id) ? '' : `, and set aside as ${movedTo}`}`,
    })
  return new Set(asked.filter((_, at) => states[at] === objectState.whole))
}
