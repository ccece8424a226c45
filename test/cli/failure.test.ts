import { describe, expect, test } from '@jest/globals'
import { DvError } from '../../src/base/error.ts'
import { exitStatusOf, renderFailure, renderWarning } from '../../src/cli/failure.ts'

const plain = { color: false, verbose: false }

describe('what a person reads', () => {
  test('an expected failure: message, then what to type', () => {
    const error = new DvError('no-remote', 'there is no remote', { hint: 'dv remote add -d <name> <url>' })
    expect(renderFailure(error, plain)).toBe('ERROR: there is no remote\n\nhint: dv remote add -d <name> <url>\n')
    expect(exitStatusOf(error)).toBe(1)
  })

  test('--verbose: where it came from, causes included', () => {
    const error = new DvError('store-unavailable', 'no answer', { cause: new Error('socket closed') })
    expect(renderFailure(error, { color: false, verbose: true })).toMatch(
      /^ERROR: no answer\n\n.*\n\s+at [\s\S]*caused by: Error: socket closed\n\s+at /,
    )
  })

  test('a bug: 255, its stack, and that it is one', () => {
    const error = new TypeError('x is not a function')
    expect(renderFailure(error, plain)).toMatch(/^ERROR: this is a bug in dv, please report it:\nTypeError: x is not a function\n\s+at /)
    expect([exitStatusOf(error), exitStatusOf('thrown text'), exitStatusOf(undefined)]).toEqual([255, 255, 255])
    expect(renderFailure('thrown text', plain)).toContain('thrown text')
  })

  test.each([
    ['ENOSPC', 'there is no room left to write /disk/x'],
    ['EDQUOT', 'there is no room left to write /disk/x'],
    ['EACCES', 'this may not be read or written: /disk/x'],
    ['EROFS', 'this may not be read or written: /disk/x'],
    ['EMFILE', 'too many files are open at a time'],
  ])('%s of the system is no bug of dv', (code, text) => {
    const error = Object.assign(new Error(`${code}: no`), { code, path: '/disk/x' })
    expect(renderFailure(error, plain)).toContain(`ERROR: ${text}`)
    expect(exitStatusOf(error)).toBe(1)
  })

  test('colour on request only', () => {
    const error = new DvError('usage', 'no')
    expect(renderFailure(error, plain)).not.toContain('\u001b')
    expect(renderFailure(error, { color: true, verbose: false })).toContain('\u001b[31mERROR:\u001b[39m no')
    expect(renderWarning({ message: 'careful' }, false)).toBe('WARNING: careful\n')
    expect(renderWarning({ message: 'careful', hint: 'dv x' }, true)).toBe('\u001b[33mWARNING:\u001b[39m careful\nhint: dv x\n')
  })
})

describe('secrets', () => {
  test.each([
    ['https://user:pass@host/x', 'https://***@host/x'],
    ['https://:pass@host/x', 'https://***@host/x'],
    ['https://token@host/x', 'https://***@host/x'],
    ['webdavs://user:p@ss:word@host/x', 'webdavs://***@host/x'],
    ["at 'https://user:pass@host', twice https://a:b@c", "at 'https://***@host', twice https://***@c"],
    ['ssh://user@host/x', 'ssh://user@host/x'],
    ['s3://bucket/a@b', 's3://bucket/a@b'],
    ['https://host/a:b@c', 'https://host/a:b@c'],
  ])('%s', (url, shown) => {
    for (const part of ['message', 'hint', 'cause']) {
      const error = new DvError('store-unavailable', part === 'message' ? url : 'm', {
        hint: part === 'hint' ? url : undefined,
        cause: part === 'cause' ? new Error(url) : undefined,
      })
      expect(renderFailure(error, { color: false, verbose: true })).toContain(shown)
    }
    expect(renderFailure(new Error(url), plain)).toContain(shown)
    expect(renderWarning({ message: url }, false)).toContain(shown)
  })
})

test('control characters and marks of direction are shown, not sent', () => {
  expect(renderFailure(new DvError('bad-target', 'a\u001b[31mb\u0007\u202ec\u009b\r'), plain)).toBe(
    'ERROR: a\\u001b[31mb\\u0007\\u202ec\\u009b\\u000d\n',
  )
  expect(renderFailure(new DvError('bad-target', 'two\nlines\tand é 😀'), plain)).toBe('ERROR: two\nlines\tand é 😀\n')
})
