/** What dv verify found, as text, with the command that mends each kind. */
import { formatBytes, formatCount } from '../base/quantities.ts'
import type { VerifyResult } from './verify.ts'
import type { ObjectFinding } from './verify-cache.ts'
import type { Finding, FindingKind, WorkspaceReport } from './verify-workspace.ts'

/** so many of a kind are named, the rest is counted; `--json` names all */
const shownNames = 20

export function renderVerified({ workspace, cache, remotes }: VerifyResult): string {
  const lines = [
    ...(workspace ? [summaryOf('file', 'in the work tree', { count: workspace.files, bytes: workspace.bytes })] : []),
    ...(cache ? [summaryOf('object', 'in the cache', { count: cache.objects, bytes: cache.bytes })] : []),
    ...(remotes ?? []).map(({ remote, objects, bytes, sample }) => {
      const left = sample ? `, ${formatCount(sample.passedOver, 'file')} left out (--seed ${sample.seed})` : ''
      return `${summaryOf('object', `on '${remote}'`, { count: objects, bytes })}${left}`
    }),
    ...[...(cache?.findings ?? []), ...(remotes ?? []).flatMap(({ findings }) => findings)].flatMap(repairLine),
    ...(workspace?.restored ?? []).map(path => `restored: ${path}`),
  ]
  return lines.map(line => `${line}\n`).join('')
}

const summaryOf = (noun: string, place: string, { count, bytes }: { readonly count: number; readonly bytes: number }): string =>
  `${formatCount(count, noun)} ${place} read (${formatBytes(bytes)})`

const repairLine = ({ kind, md5, names, repairedFrom }: ObjectFinding): readonly string[] =>
  repairedFrom === undefined ? [] : [`${kind === 'damaged' ? 'replaced' : 'brought back'}: ${md5}${told(names)}, from ${repairedFrom}`]

const told = (names: readonly string[]): string =>
  names.length === 0
    ? '  (no commit names it)'
    : `  ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${formatCount(names.length - 3, 'more name')}` : ''}`

export function renderFindings(result: VerifyResult): string {
  const { workspace, cache, remotes = [] } = result
  return [
    ...(workspace ? ofWorkspace(workspace) : []),
    ...(cache ? ofObjects(cache.findings, { place: 'in the cache', flag: '--cache', result }) : []),
    ...remotes.flatMap(({ findings, remote }) =>
      ofObjects(findings, { place: `on remote '${remote}'`, flag: `--remote ${remote}`, result }),
    ),
    ...remotes.flatMap(({ failed, remote }) =>
      failed.length === 0
        ? []
        : [
            `ERROR: ${formatCount(failed.length, 'object')} could not be read from remote '${remote}':`,
            ...shorten(failed.map(({ md5, reason }) => `  ${md5}: ${reason}`)),
          ],
    ),
  ]
    .map(line => `${line}\n`)
    .join('')
}

const headings: Readonly<Record<FindingKind, string>> = {
  missing: 'missing',
  changed: 'changed',
  extra: 'not in the data set',
  unlisted: 'changed (which files cannot be told: the list is not in the cache)',
  unreadable: 'not to be read',
}

function ofWorkspace({ findings }: WorkspaceReport): readonly string[] {
  return (Object.keys(headings) as FindingKind[]).flatMap(kind => {
    const some = findings.filter(each => each.kind === kind)
    if (some.length === 0) return []
    const names = some.map(({ path, reason, linked }) => `  ${reason ?? path}${linked ? '  (a link to its object in the cache)' : ''}`)
    return [`ERROR: ${headings[kind]}: ${formatCount(some.length, 'path')}`, ...shorten(names), ...mendingOf(kind, some)]
  })
}

/** A line for each thing that can be done, naming the data sets. */
function mendingOf(kind: FindingKind, some: readonly Finding[]): readonly string[] {
  const targets = (chosen: readonly Finding[]): string => [...new Set(chosen.map(({ target }) => target))].map(quoted).join(' ')
  const hint = (verb: string, chosen: readonly Finding[], why: string): readonly string[] =>
    chosen.length === 0 ? [] : [`hint: dv ${verb} ${targets(chosen)}   ${why}`]
  const cached = some.filter(each => each.cached === true && each.linked !== true)
  const absent = some.filter(each => each.cached === false && each.linked !== true)
  if (kind === 'missing') return [...hint('checkout', cached, 'brings it back'), ...hint('pull', absent, 'brings it from a remote')]
  if (kind === 'changed')
    return [
      ...hint('checkout', cached, 'undoes the change'),
      ...hint('pull', absent, 'undoes the change'),
      ...hint('add', some, 'records it'),
      ...hint(
        'verify --cache --repair',
        some.filter(each => each.linked === true),
        'replaces the object that was changed with it; then dv checkout',
      ),
    ]
  if (kind === 'extra') return [...hint('add', some, 'takes it in'), ...hint('checkout --force', some, 'removes it')]
  if (kind === 'unlisted') return hint('fetch', some, 'brings the list')
  return []
}

function ofObjects(
  findings: readonly ObjectFinding[],
  { place, flag, result }: { readonly place: string; readonly flag: string; readonly result: VerifyResult },
): readonly string[] {
  const left = findings.filter(({ repairedFrom }) => repairedFrom === undefined)
  return (['damaged', 'missing'] as const).flatMap(kind => {
    const some = left.filter(each => each.kind === kind)
    if (some.length === 0) return []
    const lines = some.map(({ md5, names, movedTo }) => `  ${md5}${told(names)}${movedTo === undefined ? '' : `; set aside as ${movedTo}`}`)
    const cure = result.repair
      ? 'hint: there is no good copy in the work tree, the cache or another remote: dv push where the data is, or dv add the original again'
      : `hint: dv verify ${flag} --repair   puts a good copy in its place, from wherever there is one`
    return [`ERROR: ${formatCount(some.length, 'object')} ${kind} ${place}:`, ...shorten(lines), cure]
  })
}

const shorten = (lines: readonly string[]): readonly string[] =>
  lines.length <= shownNames
    ? lines
    : [...lines.slice(0, shownNames), `  … and ${(lines.length - shownNames).toLocaleString('en-US')} more`]

/** for the shell, where it needs it */
const quoted = (name: string): string => (/^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`)
