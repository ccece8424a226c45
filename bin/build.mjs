// Bundles src/ into dist/: one chunk to start with, one for each verb and each kind of remote, one for the worker thread.
import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const top = fileURLToPath(new URL('..', import.meta.url))
rmSync(`${top}dist`, { recursive: true, force: true })
const { metafile } = await build({
  absWorkingDir: top,
  entryPoints: {
    main: 'src/cli/main.ts',
    'file-worker': 'src/workspace/file-worker.ts',
    reference: 'src/cli/reference.ts',
    demo: 'e2e/demo.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  sourcesContent: false,
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  // Packages in CommonJS call require() for Node's own modules, which an ES module lacks.
  banner: { js: "import { createRequire as dvCreateRequire } from 'node:module'; const require = dvCreateRequire(import.meta.url);" },
  logLevel: 'warning',
  metafile: true,
})
// What each chunk holds and loads: test/cli/start-up.test.ts reads it.
writeFileSync(`${top}dist/meta.json`, JSON.stringify(metafile.outputs))
