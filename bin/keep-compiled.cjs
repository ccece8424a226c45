// Runs the verbs that are typed all day in a folder of its own, so that V8 has compiled what they need, and keeps that for compile.cjs.
const { mkdtempSync, realpathSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { cache, compileBundle } = require('./compile.cjs')

rmSync(cache, { force: true })
const { script, run } = compileBundle()
const { main } = run()

const lines = [
  'init -q --no-scm',
  'remote add -q -d near ../remote',
  'add -q data',
  'status -q',
  'push -q',
  'checkout -q',
  'status -q -c',
  'pull -q',
]

async function keepCompiled() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dv-build-')))
  try {
    process.env.HOME = folder
    process.chdir(folder)
    writeFileSync(join(folder, 'data'), 'data\n')
    for (const line of lines) {
      process.argv = [process.execPath, 'dv', ...line.split(' ')]
      await main()
      if (process.exitCode !== 0) throw new Error(`dv ${line} left with ${process.exitCode}`)
    }
    writeFileSync(cache, script.createCachedData())
  } finally {
    process.chdir(tmpdir())
    rmSync(folder, { recursive: true, force: true })
  }
}

keepCompiled()
