#!/usr/bin/env node
const [major] = process.versions.node.split('.')
if (Number(major) < 20) {
  console.error(`dv needs Node 20 or newer; this is ${process.version}`)
  process.exit(1)
}
const { compileBundle } = require('./compile.cjs')
compileBundle().run().main()
