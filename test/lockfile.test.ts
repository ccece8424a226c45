/** The lock file must serve every lab's mirror: it pins versions and hashes, and names no host. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

const top = join(import.meta.dirname, '..')
const read = (name: string): string => readFileSync(join(top, name), 'utf8')

interface Lockfile {
  readonly packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}
const packages = Object.entries((JSON.parse(read('package-lock.json')) as Lockfile).packages).filter(([path]) => path !== '')

test('no package is tied to where it was downloaded from', () => {
  expect(packages.length).toBeGreaterThan(50)
  expect(packages.filter(([, entry]) => 'resolved' in entry).map(([path]) => path)).toEqual([])
})

test('every package is pinned by a hash', () => {
  expect(packages.filter(([, entry]) => typeof entry.integrity !== 'string').map(([path]) => path)).toEqual([])
})

test('no URL but those of sponsors’ pages', () => {
  const urls = [...read('package-lock.json').matchAll(/"(\w+)": "\w+:\/\/[^"]+"/g)].map(([, key]) => key)
  expect(urls.filter(key => key !== 'url' && key !== 'funding')).toEqual([])
})

test('.npmrc keeps it so', () => {
  expect(read('.npmrc').split('\n')).toContain('omit-lockfile-registry-resolved=true')
})

test('what is asked for is pinned, too', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined>
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies }
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
})

test('every platform finds its binaries: npm ci refuses a lock that lacks one', () => {
  const names = new Set(packages.map(([path]) => path.replace(/^.*node_modules\//, '')))
  const optional = packages.flatMap(([, entry]) => Object.keys((entry['optionalDependencies'] ?? {}) as Record<string, string>))
  expect(optional.filter(name => !names.has(name))).toEqual([])
})
