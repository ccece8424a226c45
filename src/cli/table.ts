/** The one list of verbs. Each is loaded when it is called, since together they would cost more than most of them take. */
import type { AnyCommand } from '../commands/command.ts'

export interface Verb {
  /** for `dv help`, equal to the command's own (a test) */
  readonly summary: string
  readonly load: () => Promise<AnyCommand>
}

export const verbs: Readonly<Record<string, Verb>> = {
  init: { summary: 'Make this git repository one that tracks data', load: async () => (await import('../commands/init.ts')).init },
  add: {
    summary: 'Track files and folders: into the cache, and a pointer for git',
    load: async () => (await import('../commands/add.ts')).add,
  },
  copy: {
    summary: 'Copy files and folders inside and between data sets, without the data',
    load: async () => (await import('../commands/copy.ts')).copy,
  },
  status: {
    summary: 'Show what differs between pointers, data and cache, or remote',
    load: async () => (await import('../commands/status.ts')).status,
  },
  'data status': {
    summary: 'Show what changed in the data since the last commit, and what is where',
    load: async () => (await import('../commands/status-of-data.ts')).dataStatus,
  },
  diff: {
    summary: 'Show which data differs between two commits, or a commit and the work tree',
    load: async () => (await import('../commands/diff.ts')).diff,
  },
  checkout: {
    summary: 'Bring the data in the work tree to what the pointers say',
    load: async () => (await import('../commands/checkout.ts')).checkout,
  },
  move: { summary: 'Rename or move tracked data, with its pointer', load: async () => (await import('../commands/move.ts')).move },
  remove: {
    summary: 'Stop tracking data: the pointer goes, the data stays',
    load: async () => (await import('../commands/remove.ts')).remove,
  },
  commit: {
    summary: 'Put what the work tree holds into cache and pointers',
    load: async () => (await import('../commands/commit.ts')).commit,
  },
  unprotect: {
    summary: 'Make linked files the user’s own, to be edited',
    load: async () => (await import('../commands/unprotect.ts')).unprotect,
  },
  push: { summary: 'Send tracked data to a remote', load: async () => (await import('../commands/push.ts')).push },
  fetch: { summary: 'Bring tracked data from a remote into the cache', load: async () => (await import('../commands/fetch.ts')).fetch },
  pull: { summary: 'Fetch tracked data and check it out', load: async () => (await import('../commands/pull.ts')).pull },
  import: {
    summary: 'Import data of another DVC or git repository, and remember where it came from',
    load: async () => (await import('../commands/import.ts')).importCommand,
  },
  update: {
    summary: 'Bring imported data to what its source has now',
    load: async () => (await import('../commands/update.ts')).update,
  },
  freeze: {
    summary: 'Keep imported data as it is, whatever its source does',
    load: async () => (await import('../commands/freeze.ts')).freeze,
  },
  unfreeze: {
    summary: 'Let `dv status` compare imported data with its source',
    load: async () => (await import('../commands/unfreeze.ts')).unfreeze,
  },
  verify: {
    summary: 'Read data again and tell what is damaged, missing, changed or extra',
    load: async () => (await import('../commands/verify.ts')).verify,
  },
  list: {
    summary: 'List the files and data sets of a repository, without downloading data',
    load: async () => (await import('../commands/list.ts')).list,
  },
  cat: {
    summary: 'Print the bytes of one file, of this repository or any other',
    load: async () => (await import('../commands/cat.ts')).cat,
  },
  du: {
    summary: 'Show how large files and data sets of a repository are, without downloading data',
    load: async () => (await import('../commands/du.ts')).du,
  },
  get: {
    summary: 'Download files and data sets of a repository, here or at any address of git',
    load: async () => (await import('../commands/get.ts')).get,
  },
  'import-url': {
    summary: 'Take data from a URL, and remember where it came from',
    load: async () => (await import('../commands/import-url.ts')).importUrl,
  },
  'get-url': {
    summary: 'Download a file or folder from a URL, without tracking it',
    load: async () => (await import('../commands/get-url.ts')).getUrl,
  },
  'list-url': {
    summary: 'List what lies at a URL, without downloading it',
    load: async () => (await import('../commands/list-url.ts')).listUrl,
  },
  'remote add': { summary: 'Add a remote', load: async () => (await import('../commands/remote-add.ts')).remoteAdd },
  'remote list': { summary: 'List the remotes', load: async () => (await import('../commands/remote-list.ts')).remoteList },
  'remote default': {
    summary: 'Show or set the default remote',
    load: async () => (await import('../commands/remote-default.ts')).remoteDefault,
  },
  'remote modify': {
    summary: 'Set or unset an option of a remote',
    load: async () => (await import('../commands/remote-modify.ts')).remoteModify,
  },
  'remote remove': {
    summary: 'Remove a remote from the configuration',
    load: async () => (await import('../commands/remote-remove.ts')).remoteRemove,
  },
  'remote rename': { summary: 'Rename a remote', load: async () => (await import('../commands/remote-rename.ts')).remoteRename },
  whereis: {
    summary: 'Tell which remotes hold data, and whether the cache does',
    load: async () => (await import('../commands/whereis.ts')).whereis,
  },
  drop: {
    summary: 'Free the cache of data that a remote has',
    load: async () => (await import('../commands/drop.ts')).drop,
  },
  gc: {
    summary: 'Take out of the cache, and of remotes, what nothing in scope names',
    load: async () => (await import('../commands/gc.ts')).gc,
  },
  destroy: {
    summary: 'Remove pointers, settings and the cache; the data in the work tree stays',
    load: async () => (await import('../commands/destroy.ts')).destroy,
  },
  'cache dir': { summary: 'Show or set where the cache is', load: async () => (await import('../commands/cache-dir.ts')).cacheDir },
  'cache migrate': {
    summary: 'Give the objects of DVC 2 their names of DVC 3',
    load: async () => (await import('../commands/cache-migrate.ts')).cacheMigrate,
  },
  config: { summary: 'Show, set or unset settings', load: async () => (await import('../commands/config.ts')).config },
  trust: {
    summary: 'Allow settings of this repository that could run, reveal or delete something',
    load: async () => (await import('../commands/trust.ts')).trust,
  },
  'check-ignore': {
    summary: 'Show which paths .dvcignore leaves out',
    load: async () => (await import('../commands/check-ignore.ts')).checkIgnore,
  },
  root: { summary: 'Show the way to the top of the repository', load: async () => (await import('../commands/root.ts')).root },
  version: {
    summary: 'Show the version, and what dv finds on this machine',
    load: async () => (await import('../commands/version.ts')).version,
  },
}

/** Other words for the same verbs: DVC's. */
export const aliases: Readonly<Record<string, string>> = {
  cp: 'copy',
  doctor: 'version',
  mv: 'move',
  rm: 'remove',
  ls: 'list',
  'ls-url': 'list-url',
  'remote ls': 'remote list',
  'remote rm': 'remote remove',
}
