#!/usr/bin/env node
const [major] = process.versions.node.split('.')
if (Number(major) < 20) {
  console.error(`dv needs Node 20 or newer; this is ${process.version}`)
  process.exit(1)
}
// Node 22 keeps compiled code between runs; Node 20 has no such call.
const { enableCompileCache } = await import('node:module')
enableCompileCache?.()
const { main } = await import('../dist/main.js')
await main()
