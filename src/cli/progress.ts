/** The line at the bottom that tells how far a verb is. */
import type { Event } from '../base/context.ts'
import { formatBytes } from '../base/quantities.ts'
import { renderWarning } from './failure.ts'
import type { Screen } from './screen.ts'

export interface Progress {
  readonly report: (event: Event) => void
  /** Takes the line away until the next phase: somebody is asked something. */
  hush(): void
  close(): void
}

export interface ProgressOptions {
  readonly screen: Screen
  /** false in a pipe and with -q: warnings only */
  readonly isShown: boolean
  /** ms */
  readonly now: () => number
}

/** ms: what is faster needs no line */
const firstAfter = 200
/** ms: often enough to look alive, rare enough to cost nothing */
const between = 100

interface Phase {
  readonly name: string
  readonly began: number
  readonly items: number | undefined
  readonly bytes: number | undefined
  doneItems: number
  doneBytes: number
}

export function openProgress({ screen, isShown, now }: ProgressOptions): Progress {
  const began = now()
  let last = began + firstAfter - between
  let phase: Phase | undefined
  const draw = (): void => {
    const time = now()
    if (!isShown || !phase || time - last < between) return
    last = time
    screen.draw(lineOf(phase, time).slice(0, Math.max(20, screen.columns - 1)))
  }
  const timer = isShown ? setInterval(draw, between) : undefined
  timer?.unref()
  return {
    report: event => {
      if (event.type === 'warning') screen.tell(renderWarning(event, screen.color))
      else if (event.type === 'note') screen.tell(`${event.message}\n`)
      else if (event.type === 'phase')
        phase = { name: event.name, began: now(), items: event.items, bytes: event.bytes, doneItems: 0, doneBytes: 0 }
      else if (phase) {
        phase.doneItems += event.items
        phase.doneBytes += event.bytes
      }
      // Work in this thread can keep the timer from firing, so that each event is a chance to draw.
      draw()
    },
    hush: () => {
      phase = undefined
      screen.draw('')
    },
    close: () => {
      clearInterval(timer)
      screen.draw('')
    },
  }
}

function lineOf(phase: Phase, time: number): string {
  const seconds = (time - phase.began) / 1000
  const items =
    phase.items === undefined
      ? phase.doneItems || undefined
      : `${phase.doneItems.toLocaleString('en-US')}/${phase.items.toLocaleString('en-US')}`
  const bytes =
    phase.bytes === undefined
      ? phase.doneBytes > 0
        ? formatBytes(phase.doneBytes)
        : undefined
      : `${formatBytes(phase.doneBytes)} of ${formatBytes(phase.bytes)}`
  const rate = phase.doneBytes > 0 && seconds > 0.5 ? `${formatBytes(phase.doneBytes / seconds)}/s` : undefined
  const left = secondsLeft(phase, seconds)
  const name = `${phase.name.slice(0, 1).toUpperCase()}${phase.name.slice(1)}`
  return [name, items, bytes, rate, left === undefined ? undefined : `${formatTime(left)} left`]
    .filter(part => part !== undefined)
    .join('  ')
}

/** By bytes where they are known, else by items; nothing before there is something to judge by. */
function secondsLeft(phase: Phase, seconds: number): number | undefined {
  const share = phase.bytes ? phase.doneBytes / phase.bytes : phase.items ? phase.doneItems / phase.items : 0
  return share > 0.01 && seconds > 1 ? (seconds * (1 - share)) / share : undefined
}

/** `0:07`, `12:30`, `1:02:03` */
export function formatTime(seconds: number): string {
  const whole = Math.ceil(Math.max(0, seconds))
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, at) => (at === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}
