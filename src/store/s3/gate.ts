/** Lets so many through at a time, in the order of arrival: for work of several calls that share one budget. */

export interface Gate {
  enter<T>(work: () => Promise<T>): Promise<T>
}

export function openGate(limit: number): Gate {
  const waiting: (() => void)[] = []
  let inside = 0
  return {
    enter: async work => {
      if (inside >= limit) await new Promise<void>(letIn => waiting.push(letIn))
      else inside++
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) inside--
        else next()
      }
    },
  }
}
