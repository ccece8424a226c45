/** The `md5` at the top of an import's pointer, by which DVC sees that somebody edited what it says of its data. */
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { dependenciesOf } from './dependency.ts'
import type { Pointer } from './pointer.ts'
import { recordOfPointer } from './pointer-record.ts'
import { printPython } from './python-json.ts'
import { isRecord } from './yaml-print.ts'

type Values = Readonly<Record<string, unknown>>

/** `compute_md5` of dvc/stage/utils.py. Undefined where DVC writes none: the pointer is not one output made from one source. */
export function checksumOfPointer(pointer: Pointer): string | undefined {
  if (pointer.outputs.length !== 1 || dependenciesOf(pointer).length !== 1) return undefined
  const { md5: _md5, wdir, deps, outs, always_changed: isAlwaysChanged, ...rest } = recordOfPointer(pointer)
  const folder = posix.normalize(String(wdir ?? '.'))
  const counted = without({
    ...rest,
    ...(folder === '.' ? {} : { wdir: folder.replace(/\/$/, '') }),
    ...(isAlwaysChanged === true ? { always_changed: true } : {}),
    deps: listOf(deps).map(countedDependency),
    outs: listOf(outs).map(countedOutput),
  })
  return createHash('md5').update(printPython(counted)).digest('hex')
}

/** DVC's word in `status` for a pointer that says another md5, or none, than it should. */
export const hasChangedChecksum = (pointer: Pointer): boolean =>
  checksumOfPointer(pointer) !== ((pointer.rest['md5'] ?? undefined) as string | undefined)

/** Keys that may change without another md5, at whatever depth (ibid., with ANNOTATION_FIELDS of dvc/annotations.py). */
const uncounted = new Set('desc type labels meta locked frozen metric persist isexec size nfiles'.split(' '))

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (uncounted.has(key) ? [] : [[key, without(inner)]])))
}

/** Of another repository only its path, and what is said of that repository, counts. Data from outside has had `hash` since DVC 3. */
function countedDependency({ repo, ...own }: Values): Values {
  if (isRecord(repo)) return { path: own['path'], repo: withoutEmpty(repo) }
  return withoutEmpty({ ...own, hash: own['hash'] ?? (isOutside(String(own['path'])) ? 'md5' : undefined) })
}

const isOutside = (path: string): boolean => /^(\/|\w+:\/\/)/.test(path) || posix.normalize(path).startsWith('../')

const countedOutput = (output: Values): Values => ({ ...output, path: posix.normalize(String(output['path'])).replace(/(?<=.)\/$/, '') })

const withoutEmpty = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '' && !isEmpty(value)))

const isEmpty = (value: unknown): boolean => isRecord(value) && Object.keys(value).length === 0

const listOf = (value: unknown): readonly Values[] => (Array.isArray(value) ? value.filter(isRecord) : [])
