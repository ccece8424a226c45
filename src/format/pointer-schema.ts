/** What a pointer may hold: the keys and types that DVC 3.67 accepts (dvc/schema.py and dvc/output.py); anything else is an error there too. */
import { isRecord } from './yaml-print.ts'

/** Steps from the top: `['outs', 0, 'size']`. */
export type KeyPath = readonly (string | number)[]
export type Refuse = (path: KeyPath, why: string) => never

/** @throws what `refuse` throws, at the first value that does not fit */
export function checkPointer(value: unknown, refuse: Refuse): asserts value is Readonly<Record<string, unknown>> {
  checkKeys(pointerKeys, { value, path: [], refuse })
}

interface Check {
  readonly value: unknown
  readonly path: KeyPath
  readonly refuse: Refuse
}

type Rule = (check: Check) => unknown
type Rules = Readonly<Record<string, Rule>>

const anything: Rule = () => {}
const text: Rule = ({ value, path, refuse }) => typeof value === 'string' || refuse(path, 'expected text')
const flag: Rule = ({ value, path, refuse }) => typeof value === 'boolean' || refuse(path, 'expected true or false')
const count: Rule = ({ value, path, refuse }) =>
  (Number.isSafeInteger(value) && Number(value) >= 0) || refuse(path, 'expected a whole number')
const record: Rule = ({ value, path, refuse }) => isRecord(value) || refuse(path, 'expected a mapping')
const textOrRecord: Rule = ({ value, path, refuse }) =>
  typeof value === 'string' || isRecord(value) || refuse(path, 'expected text or a mapping')
const textOrNothing: Rule = check => check.value === null || text(check)
/** Numbers too, since nobody quotes an md5 of digits when typing it. */
const checksum: Rule = ({ value, path, refuse }) =>
  value === null || typeof value === 'string' || typeof value === 'number' || refuse(path, 'expected a checksum')

const listOf =
  (rule: Rule): Rule =>
  ({ value, path, refuse }) => {
    const items: readonly unknown[] = Array.isArray(value) ? value : refuse(path, 'expected a list')
    for (const [index, item] of items.entries()) rule({ value: item, path: [...path, index], refuse })
  }
const listOrNothing = (rule: Rule): Rule => {
  const list = listOf(rule)
  return check => check.value === null || list(check)
}
const mapOf =
  (rules: Rules, required?: string): Rule =>
  check => {
    checkKeys(rules, check)
    if (required !== undefined && isRecord(check.value) && !Object.hasOwn(check.value, required)) {
      check.refuse(check.path, `'${required}' is missing`)
    }
  }

function checkKeys(rules: Rules, { value, path, refuse }: Check): void {
  for (const [key, inner] of Object.entries(isRecord(value) ? value : refuse(path, 'expected a mapping'))) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
    if (rule) rule({ value: inner, path: [...path, key], refuse })
    else refuse([...path, key], `unknown key '${key}'`)
  }
}

const checksums: Rules = { md5: checksum, etag: checksum, checksum }
const sizes: Rules = { size: count, nfiles: count, isexec: flag, version_id: text }
/** By remote; of one remote at most. */
const cloud: Rule = check => {
  record(check)
  const remotes = Object.entries(isRecord(check.value) ? check.value : {})
  if (remotes.length > 1) check.refuse(check.path, 'expected one remote')
  for (const [name, value] of remotes) checkKeys({ ...checksums, ...sizes }, { value, path: [...check.path, name], refuse: check.refuse })
}
const files = listOf(mapOf({ ...checksums, ...sizes, relpath: text, cloud }, 'relpath'))
const place: Rules = { ...checksums, ...sizes, hash: text, path: text, persist: flag, cloud, files, fs_config: record }
const output = mapOf(
  { ...place, desc: text, type: text, labels: listOf(text), meta: anything, cache: flag, remote: text, push: flag },
  'path',
)
const repository = mapOf({ url: text, rev: text, rev_lock: text, config: textOrRecord, remote: textOrRecord }, 'url')
const dependency = mapOf({ ...place, repo: repository, db: mapOf({ query: text, connection: text, file_format: text, table: text }) })
const pointerKeys: Rules = {
  md5: checksum,
  wdir: textOrNothing,
  deps: listOrNothing(dependency),
  outs: listOrNothing(output),
  locked: flag,
  frozen: flag,
  meta: anything,
  always_changed: flag,
  desc: text,
}
