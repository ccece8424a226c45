/** The remotes that a story is told with: the same steps, first against a real S3 server, then with a folder. */
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { type Lab, openLab } from './lab.ts'
import { startMinio } from './minio.ts'
import type { PeerName } from './peers.ts'

export interface LabWithRemote {
  readonly lab: Lab
  /** what stands behind `dv remote add -d <name>` */
  readonly url: string
  /** the lines that a private server needs besides, to be typed in the repository; '' for a folder */
  readonly settings: (remote: string) => string
  /** Names of all objects on the remote, relative to its url, sorted. */
  readonly keys: () => Promise<string[]>
  /** Runs `use` while the remote answers nobody. */
  readonly whileUnreachable: <T>(use: () => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}

export interface RemoteKind {
  readonly name: string
  readonly needs: readonly PeerName[]
  readonly open: () => Promise<LabWithRemote>
}

export const remoteKinds: readonly RemoteKind[] = [
  { name: 'S3', needs: ['dvc', 's5cmd', 'minio'], open: openS3Lab },
  { name: 'a folder', needs: ['dvc'], open: openFolderLab },
]

async function openS3Lab(): Promise<LabWithRemote> {
  const minio = await startMinio()
  minio.makeBucket('lab')
  const lab = openLab({ ...minio.env, S3_ENDPOINT_URL: minio.endpoint })
  return {
    lab,
    url: 's3://lab/dvc-storage',
    settings: remote => `dv remote modify ${remote} endpointurl ${minio.endpoint}`,
    keys: async () => {
      const listed = await lab.type(`s5cmd --json ls 's3://lab/dvc-storage/*'`, { exit: 'any' })
      const keys = listed.stdout.split('\n').filter(line => line !== '')
      return keys.map(line => (JSON.parse(line) as { key: string }).key.replace('s3://lab/dvc-storage/', '')).sort()
    },
    whileUnreachable: async use => {
      process.kill(minio.pid, 'SIGSTOP')
      try {
        return await use()
      } finally {
        process.kill(minio.pid, 'SIGCONT')
      }
    },
    close: async () => {
      lab.remove()
      await minio.stop()
    },
  }
}

async function openFolderLab(): Promise<LabWithRemote> {
  const lab = openLab()
  const folder = lab.path('storage')
  return {
    lab,
    url: folder,
    settings: () => '',
    keys: async () => (existsSync(folder) ? objectsBelow(folder) : []),
    whileUnreachable: async use => {
      renameSync(folder, `${folder}.away`)
      try {
        return await use()
      } finally {
        renameSync(`${folder}.away`, folder)
      }
    },
    close: async () => lab.remove(),
  }
}

const objectsBelow = (folder: string): string[] =>
  (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[])
    .filter(path => /(?:^|\/)[0-9a-f]{30}(?:\.dir)?$/.test(path))
    .sort()
