/** A MinIO of one's own on loopback: random port, random keys, its data in memory where there is room. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { peer } from './peers.ts'

export interface Minio {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  /** what the AWS tools, dvc and dv need to know, but the endpoint */
  readonly env: Readonly<Record<string, string>>
  /** Process id, for tests that freeze the server. */
  readonly pid: number
  makeBucket(name: string): void
  stop(): Promise<void>
}

const enoughInMemory = 2 * 2 ** 30 // bytes; MinIO refuses writes below 1 GiB free, the tests need less than that
const patience = 20_000 // ms; 0.7 s is usual on an idle machine

export async function startMinio(options: { bytes?: number } = {}): Promise<Minio> {
  const folder = mkdtempSync(join(roomyFolder(options.bytes ?? enoughInMemory), 'dv-minio-'))
  const accessKey = `k${randomBytes(8).toString('hex')}`
  const secretKey = randomBytes(20).toString('hex')
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const child = spawn(peer('minio'), ['server', '--quiet', '--address', `127.0.0.1:${port}`, folder], {
    env: {
      HOME: folder,
      PATH: process.env.PATH,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
      MINIO_ROOT_USER: accessKey,
      MINIO_ROOT_PASSWORD: secretKey,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', chunk => {
    said += chunk
  })
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  for (const deadline = Date.now() + patience; !(await isReady(endpoint)); await sleep(50)) {
    if (child.exitCode === null && Date.now() < deadline) continue
    await stop()
    throw new Error(`minio did not start: ${said}`)
  }
  return {
    endpoint,
    accessKey,
    secretKey,
    env: { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey, AWS_DEFAULT_REGION: 'us-east-1', AWS_REGION: 'us-east-1' },
    pid: child.pid ?? 0,
    makeBucket: name => {
      mkdirSync(join(folder, name)) // a folder beside MinIO's own is a bucket: no client needed
    },
    stop,
  }
}

function roomyFolder(bytes: number): string {
  try {
    const memory = statfsSync('/dev/shm')
    if (memory.bavail * memory.bsize > bytes) return '/dev/shm'
  } catch {
    // no such place on this system (macOS), so the disk it is
  }
  return tmpdir()
}

async function isReady(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/minio/health/ready`)).ok
  } catch {
    return false // refused while it starts; the deadline is the caller's
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
