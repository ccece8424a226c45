import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { formatTime, openProgress } from '../../src/cli/progress.ts'
import { openScreen } from '../../src/cli/screen.ts'

const erase = '\r\u001b[K'

/** A terminal, or a pipe, that remembers what was written to it; time stands until the test moves it. */
function open({ isTTY = true, isShown = true, columns = 80, env = {} as Record<string, string> } = {}) {
  const written = { out: [] as string[], err: [] as string[] }
  const screen = openScreen({
    stdout: { write: text => written.out.push(text), isTTY },
    stderr: { write: text => written.err.push(text), isTTY, columns },
    env,
  })
  const progress = openProgress({ screen, isShown, now: Date.now })
  return { screen, progress, ...written }
}

beforeEach(() => void jest.useFakeTimers({ now: 0 }))
afterEach(() => void jest.useRealTimers())

describe('on a terminal', () => {
  test('nothing before 0.2 s, a line then, gone at the end', () => {
    const { progress, err } = open()
    progress.report({ type: 'phase', name: 'hashing', items: 10, bytes: 1000 })
    progress.report({ type: 'advance', items: 1, bytes: 100 })
    jest.advanceTimersByTime(199)
    expect(err).toEqual([])
    jest.advanceTimersByTime(1)
    expect(err).toEqual(['Hashing  1/10  100 B of 1.0 kB'])
    progress.close()
    expect(err.at(-1)).toBe(erase)
  })

  test('what is done before 0.2 s shows nothing at all', () => {
    const { progress, err } = open()
    progress.report({ type: 'phase', name: 'hashing', items: 10 })
    progress.report({ type: 'advance', items: 10, bytes: 0 })
    progress.close()
    jest.advanceTimersByTime(1000)
    expect(err).toEqual([])
  })

  test('rate and time left, when there is something to judge by', () => {
    const { progress, err } = open()
    progress.report({ type: 'phase', name: 'sending', items: 4, bytes: 4_000_000 })
    jest.advanceTimersByTime(2000)
    progress.report({ type: 'advance', items: 1, bytes: 1_000_000 })
    jest.advanceTimersByTime(100)
    expect(err.at(-1)).toBe('Sending  1/4  1.0 MB of 4.0 MB  476 kB/s  0:07 left')
    progress.close()
  })

  test('at most ten lines a second, and each takes the place of the one before', () => {
    const { progress, err } = open()
    progress.report({ type: 'phase', name: 'hashing', items: 1000 })
    for (let count = 0; count < 1000; count++) {
      progress.report({ type: 'advance', items: 1, bytes: 0 })
      jest.advanceTimersByTime(1)
    }
    const lines = err.filter(text => text !== erase)
    expect(lines.length).toBeGreaterThan(5)
    expect(lines.length).toBeLessThan(10)
    expect(err.filter(text => text === erase)).toHaveLength(lines.length - 1)
    progress.close()
  })

  test('never wider than the terminal', () => {
    const { progress, err } = open({ columns: 30 })
    progress.report({ type: 'phase', name: `asking ${'x'.repeat(100)}` })
    jest.advanceTimersByTime(300)
    expect(err[0]).toHaveLength(29)
    progress.close()
  })

  test('a warning takes the place of the line, and results come below it', () => {
    const { progress, screen, err, out } = open()
    progress.report({ type: 'phase', name: 'hashing' })
    jest.advanceTimersByTime(300)
    progress.report({ type: 'warning', message: 'careful' })
    expect(err.at(-2)).toBe(erase)
    expect(err.at(-1)).toContain('careful\n')
    jest.advanceTimersByTime(200)
    screen.show('done\n')
    expect([err.at(-1), out]).toEqual([erase, ['done\n']])
    progress.close()
  })

  test('a name cannot move the cursor', () => {
    const { progress, err } = open()
    progress.report({ type: 'phase', name: 'asking \u001b[2J' })
    jest.advanceTimersByTime(300)
    expect(err[0]).toBe('Asking \\u001b[2J')
    progress.close()
  })
})

test('in a pipe, and with -q: warnings only', () => {
  const { progress, err } = open({ isTTY: false, isShown: false })
  progress.report({ type: 'phase', name: 'hashing', items: 10 })
  progress.report({ type: 'advance', items: 1, bytes: 1 })
  jest.advanceTimersByTime(5000)
  progress.report({ type: 'warning', message: 'careful' })
  progress.close()
  expect(err).toEqual(['WARNING: careful\n'])
})

test.each([
  ['a terminal', {}, true],
  ['NO_COLOR', { env: { NO_COLOR: '1' } }, false],
  ['an empty NO_COLOR, which says nothing', { env: { NO_COLOR: '' } }, true],
  ['a dumb terminal', { env: { TERM: 'dumb' } }, false],
  ['a pipe', { isTTY: false }, false],
])('colours: %s', (_, options, color) => {
  expect(open(options).screen.color).toBe(color)
})

test.each([
  [0, '0:00'],
  [6.2, '0:07'],
  [750, '12:30'],
  [3723, '1:02:03'],
  [-1, '0:00'],
])('%d s', (seconds, shown) => {
  expect(formatTime(seconds)).toBe(shown)
})
