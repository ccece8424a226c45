/**
 * A lab's day, played with real git repositories in a temporary folder: first with a folder as the remote, then with S3 served
 * in this process. Needs git and Node, nothing else. `npm run demo`
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openS3Server } from '../test/doubles/s3-server.ts'
import { picture } from './demo-picture.ts'

interface Scene {
  /** everything that the story makes lies below it */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly remoteUrl: string
  /** lines typed after `remote add`, for what a private server needs */
  readonly remoteSetUp: readonly string[]
}

const program = fileURLToPath(new URL('../bin/dv.js', import.meta.url))
const failures: string[] = []

await play('A folder as the remote', async folder => ({ folder, env: {}, remoteUrl: join(folder, 'share'), remoteSetUp: [] }))
await playOnS3()
process.exitCode = failures.length === 0 ? 0 : 1
console.log(
  failures.length === 0 ? '\nThe demo is through: every clone held the same bytes.' : `\nThe demo FAILED:\n${failures.join('\n')}`,
)

async function playOnS3(): Promise<void> {
  const server = await openS3Server()
  server.shelf.makeBucket('lab')
  try {
    await play('S3, served in this process', async folder => ({
      folder,
      env: { AWS_ACCESS_KEY_ID: server.accessKeyId, AWS_SECRET_ACCESS_KEY: server.secretAccessKey, AWS_EC2_METADATA_DISABLED: 'true' },
      remoteUrl: 's3://lab/dvc-storage',
      remoteSetUp: [`dv remote modify s3_storage endpointurl ${server.url}`],
    }))
  } finally {
    await server.close()
  }
}

async function play(title: string, prepare: (folder: string) => Promise<Scene>): Promise<void> {
  console.log(`\n${'='.repeat(78)}\n${title}\n${'='.repeat(78)}`)
  const folder = mkdtempSync(join(tmpdir(), 'dv-demo-'))
  try {
    await story(await prepare(folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function story(scene: Scene): Promise<void> {
  const hub = join(scene.folder, 'hub', 'datasets.git')
  mkdirSync(join(scene.folder, 'hub'))
  makePictures(join(scene.folder, 'pictures'))
  const admin = typist(scene, 'admin')
  const student = typist(scene, 'student')

  chapter('The administrator, on the lab server')
  await admin('.', 'git init -q --bare -b main ../hub/datasets.git', { quiet: true })
  await admin('.', 'git clone -q ../hub/datasets.git datasets')
  await admin('datasets', 'dv init')
  await admin('datasets', `dv remote add -d s3_storage ${scene.remoteUrl}`)
  for (const line of scene.remoteSetUp) await admin('datasets', line)
  await admin('datasets', 'git commit -q -am "Initialize" && git push -q -u origin HEAD:main')
  await admin('datasets', 'cp -r ../../pictures dog_and_cat')
  await admin('datasets', 'dv add dog_and_cat')
  await admin('datasets', 'cat dog_and_cat.dvc')
  await admin('datasets', 'git add dog_and_cat.dvc .gitignore && git commit -q -m "Add dog_and_cat" && git tag v1')
  await admin('datasets', 'dv push && git push -q origin HEAD:main v1')

  chapter("The student's laptop")
  await student('.', `git clone -q ${hub} datasets`)
  await student('datasets', 'dv pull dog_and_cat')
  prove('v1', [join(scene.folder, 'admin/datasets/dog_and_cat'), join(scene.folder, 'student/datasets/dog_and_cat')])

  chapter('A new version: two objects travel, the picture and the new list')
  writeFileSync(join(scene.folder, 'new.png'), picture(99))
  await admin('datasets', 'cp ../../new.png dog_and_cat/ && dv status')
  await admin('datasets', 'dv add dog_and_cat && git commit -q -am v2 && dv push && git push -q origin HEAD:main')
  await student('datasets', 'git pull -q && dv pull')
  prove('v2', [join(scene.folder, 'admin/datasets/dog_and_cat'), join(scene.folder, 'student/datasets/dog_and_cat')])

  chapter('Back to v1: new.png goes, nothing is downloaded')
  await student('datasets', 'git checkout -q v1 && dv checkout')
  await student('datasets', 'ls dog_and_cat && dv status')
  prove('v1 again', [join(scene.folder, 'pictures'), join(scene.folder, 'student/datasets/dog_and_cat')])
}

function chapter(title: string): void {
  console.log(`\n--- ${title} ${'-'.repeat(Math.max(0, 72 - title.length))}`)
}

/** Types a line into a shell, as `who` would in a folder of theirs, and shows line and answer. */
function typist(scene: Scene, who: string) {
  const home = join(scene.folder, who)
  mkdirSync(home)
  const bin = join(scene.folder, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'dv'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`, { mode: 0o755 })
  const env = {
    ...process.env,
    HOME: home,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: who,
    GIT_AUTHOR_EMAIL: `${who}@lab.example`,
    GIT_COMMITTER_NAME: who,
    GIT_COMMITTER_EMAIL: `${who}@lab.example`,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'advice.detachedHead',
    GIT_CONFIG_VALUE_0: 'false',
    ...scene.env,
  }
  return async (folder: string, line: string, options: { readonly quiet?: boolean } = {}): Promise<void> => {
    const shown = (text: string): string => text.replaceAll(scene.folder, '~')
    if (!options.quiet) console.log(`\n${who}:${folder === '.' ? '~' : folder}$ ${shown(line)}`)
    const { exit, output } = await inShell(line, { cwd: join(home, folder), env })
    if (!options.quiet && output !== '') console.log(shown(output.trimEnd()))
    if (exit !== 0) failures.push(`${who}: ${line}: exit status ${exit}`)
  }
}

function inShell(
  line: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ exit: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', line], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    child.stderr.on('data', chunk => (output += chunk))
    child.on('error', reject)
    child.on('close', code => resolve({ exit: code ?? 1, output }))
  })
}

function makePictures(folder: string): void {
  mkdirSync(folder)
  for (let at = 0; at < 6; at++) writeFileSync(join(folder, `${String(at).padStart(4, '0')}.png`), picture(at))
  cpSync(join(folder, '0000.png'), join(folder, 'copy-of-0000.png'))
}

/** Reads every file of both folders and compares names and bytes. */
function prove(what: string, [left, right]: readonly [string, string]): void {
  const [a, b] = [listing(left), listing(right)]
  const same = a.length > 0 && a.join('\n') === b.join('\n')
  console.log(`\nproof, ${what}: ${a.length} files, sha256 over names and bytes`)
  console.log(`  ${digest(a)}\n  ${digest(b)}\n  ${same ? 'equal' : 'NOT EQUAL'}`)
  if (!same) failures.push(`${what}: the two folders differ`)
}

function listing(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map(
      name =>
        `${name} ${createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex')}`,
    )
}

function digest(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}
