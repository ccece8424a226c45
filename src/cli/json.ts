/** Results for scripts. */

/** One line. Errors show their message; maps and sets are objects and lists; what is not there is left out. */
export function printJson(value: unknown): string {
  return `${JSON.stringify(value ?? {}, (_key, each: unknown) => plain(each))}\n`
}

function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value)
  if (value instanceof Set) return [...value]
  if (value instanceof Error) return value.message
  if (typeof value === 'bigint') return Number(value)
  return value
}
