/** Where pointers say that a cloud-versioned remote keeps their data. */
import type { ObjectId } from '../base/object-id.ts'
import { parseObjectId } from '../base/object-id.ts'
import { treeOfFiles } from '../format/cloud-files.ts'
import { printTree } from '../format/tree.ts'
import type { RemoteConfig } from '../store/open.ts'
import type { VersionPlace } from '../store/s3/versioned-bucket.ts'
import type { KeptVersions } from '../store/version-view.ts'
import type { Item } from './collect.ts'

/** An output as its pointer has it, by versions. */
export interface Versioned {
  /** of the output below the remote's prefix: DVC's path from the repository's root, with `/` */
  readonly key: string
  readonly cloud: unknown
  /** of a folder */
  readonly files: unknown
}

export const isCloudVersioned = ({ options }: RemoteConfig): boolean =>
  ['version_aware', 'worktree'].some(key => options[key]?.toLowerCase() === 'true')

/** Files that were never pushed there have no version, and are in neither list. */
export function keptVersions(items: readonly Item[], remote: string): KeptVersions {
  const files = new Map<ObjectId, VersionPlace>()
  const trees = new Map<ObjectId, Uint8Array>()
  for (const { id, versioned } of items) {
    if (versioned === undefined) continue
    const { key, cloud } = versioned
    if (!Array.isArray(versioned.files)) {
      const versionId = versionOf(cloud, remote)
      if (versionId !== undefined) files.set(id, { key, versionId })
      continue
    }
    const tree = treeOfFiles(versioned.files)
    if (tree !== undefined) trees.set(id, printTree(tree))
    for (const file of versioned.files as readonly { md5: string; relpath: string; cloud?: unknown }[]) {
      const versionId = versionOf(file.cloud, remote)
      if (versionId !== undefined) files.set(parseObjectId(file.md5), { key: `${key}/${file.relpath}`, versionId })
    }
  }
  return { files, trees }
}

function versionOf(cloud: unknown, remote: string): string | undefined {
  const of = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  const version = of(of(cloud, remote), 'version_id')
  return typeof version === 'string' ? version : undefined
}
