// Writes the reference of all verbs; `npm run docs` builds first.
import { writeFileSync } from 'node:fs'
import { printReference } from '../dist/reference.js'

writeFileSync(new URL('../src/cli/help/reference.md', import.meta.url), await printReference())
