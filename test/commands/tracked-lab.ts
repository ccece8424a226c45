/** A repository with something tracked in it, and what the tests of verbs do to it. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expectDone, type Lab, type LabOptions, openLab } from '../doubles/lab.ts'

export interface TrackedLab extends Lab {
  remove(...paths: readonly string[]): void
  commit(message: string): void
  /** `git init` beside it: another clone, with a cache of its own */
  clone(): string
}

export async function openReadyLab(options: LabOptions = {}): Promise<TrackedLab> {
  const lab = await openLab({ ready: true, ...options })
  return {
    ...lab,
    remove: (...paths) => {
      for (const path of paths) rmSync(join(lab.root, path), { recursive: true, force: true })
    },
    commit: message => {
      lab.git('add', '-A')
      lab.git('commit', '-qm', message)
    },
    clone: () => {
      const folder = join(lab.outside, 'clone')
      lab.git('clone', '-q', lab.root, folder)
      return folder
    },
  }
}

/** A folder `data` of three files and a file `f.txt`, tracked, and committed with the tag v1. */
export async function openTrackedLab(options: LabOptions = {}): Promise<TrackedLab> {
  const lab = await openReadyLab(options)
  lab.write('data/a', 'a')
  lab.write('data/b', 'b')
  lab.write('data/sub/c', 'c')
  lab.write('f.txt', 'first\n')
  await expectDone(lab.dv('add', '-q', 'data', 'f.txt'))
  lab.commit('one')
  lab.git('tag', 'v1')
  return lab
}

/** Where the objects of a few contents lie, in a cache or on a remote. */
export const objects = {
  a: 'files/md5/0c/c175b9c0f1b6a831c399e269772661',
  b: 'files/md5/92/eb5ffee6ae2fec3ad71c777531578f',
  c: 'files/md5/4a/8a08f09d37b73795649038408b5f33',
  /** the folder `data` */
  data: 'files/md5/c5/03fdd94c50799556148c7935a941f9.dir',
} as const

export const cached = (name: keyof typeof objects): string => `.dvc/cache/${objects[name]}`
