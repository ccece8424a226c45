// Bundles src/ into dist/: the program in one script that is compiled ahead, the thread, the AWS packages apart, and what docs and demo run.
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const top = fileURLToPath(new URL('..', import.meta.url))
const common = {
  absWorkingDir: top,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  charset: 'ascii',
  sourcemap: 'linked',
  sourcesContent: false,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
}
const cloudPackages = /^@(?:aws-sdk|smithy)\//

/** They are half of all code, and most verbs need none of it; one file for all, since they share what they remember. */
const cloudPackagesApart = {
  name: 'cloud-packages-apart',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: cloudPackages }, ({ path }) => ({ path, namespace: 'apart' }))
    onLoad({ filter: /./, namespace: 'apart' }, ({ path }) => {
      asked.add(path)
      return { contents: `module.exports = require('./cloud-packages.cjs')[${JSON.stringify(path)}]()` }
    })
    onResolve({ filter: /^\.\/cloud-packages\.cjs$/ }, ({ path }) => ({ path, external: true }))
  },
}
const asked = new Set()

rmSync(`${top}dist`, { recursive: true, force: true })
const { metafile } = await build({
  ...common,
  entryPoints: { dv: 'src/cli/main.ts' },
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  // A late import becomes a late require of the same script, which starts no loader.
  supported: { 'dynamic-import': false },
  banner: { js: "(function (require, module, bundle) { const bundleUrl = require('node:url').pathToFileURL(bundle).href;" },
  footer: { js: '})' },
  define: { 'import.meta.url': 'bundleUrl' },
  plugins: [cloudPackagesApart],
  metafile: true,
})
// What each source imports: test/cli/start-up.test.ts reads it.
writeFileSync(`${top}dist/meta.json`, JSON.stringify(metafile.inputs))

const entries = [...asked].sort().map(name => `${JSON.stringify(name)}: () => require(${JSON.stringify(name)}),`)
await build({
  ...common,
  stdin: { contents: `module.exports = {\n${entries.join('\n')}\n}`, resolveDir: top },
  outdir: undefined,
  outfile: 'dist/cloud-packages.cjs',
  format: 'cjs',
})

await build({
  ...common,
  entryPoints: { 'file-worker': 'src/workspace/file-worker.ts', reference: 'src/cli/reference.ts', demo: 'e2e/demo.ts' },
  format: 'esm',
  packages: 'external',
})

// In a process of its own: what it runs is compiled then, and kept.
execFileSync(process.execPath, [`${top}bin/keep-compiled.cjs`], { stdio: 'inherit' })
