/** Numbers as a person reads them. */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Decimal units, as disks and clouds are sold: 404150 → `404 kB`. Three digits at most. */
export function formatBytes(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3))
  const scaled = bytes / 1000 ** power
  const digits = power === 0 || scaled >= 99.95 ? 0 : 1
  return `${scaled.toFixed(digits)} ${units[power]}`
}

/** `1 file`, `6 files`, `20,000 files` */
export const formatCount = (count: number, noun: string): string => `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`

const binaryUnits = ['', 'k', 'M', 'G', 'T', 'P']

/** Sizes in columns, as DVC and tqdm print them: 1024 to a unit, three digits: `139`, `4.00k`, `12.5M` */
export function formatColumnBytes(bytes: number): string {
  if (bytes < 1024) return String(bytes)
  let scaled = bytes
  for (const unit of binaryUnits) {
    if (scaled < 999.5) return `${scaled.toFixed(scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0)}${unit}`
    scaled /= 1024
  }
  return `${scaled.toFixed(1)}E`
}
