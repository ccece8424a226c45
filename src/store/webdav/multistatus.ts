/** The replies to PROPFIND (RFC 4918, 14.16), read by pattern: every server has its own prefix for the namespace. */

export interface DavEntry {
  /** decoded path on the server, without a slash at its end */
  readonly path: string
  readonly isFolder: boolean
  /** bytes; 0 where the server does not say */
  readonly size: number
  /** ms since 1970; NaN where the server does not say */
  readonly time: number
}

/** `base` resolves what is sent as a whole url. Entries of other servers, and names that cannot be decoded, are passed over. */
export function parseMultistatus(text: string, base: URL): DavEntry[] {
  const entries: DavEntry[] = []
  for (const [, response = ''] of text.matchAll(/<(?:[\w.-]+:)?response(?:\s[^>]*)?>([\s\S]*?)<\/(?:[\w.-]+:)?response\s*>/g)) {
    const path = pathOf(textOf(response, 'href'), base)
    if (path === undefined) continue
    entries.push({
      path,
      isFolder: /<(?:[\w.-]+:)?collection(?:\s[^>]*)?\/?>/.test(response),
      size: Number(textOf(response, 'getcontentlength') ?? 0),
      time: Date.parse(textOf(response, 'getlastmodified') ?? ''),
    })
  }
  return entries
}

function pathOf(href: string | undefined, base: URL): string | undefined {
  if (href === undefined || !URL.canParse(href, base.href)) return undefined
  const url = new URL(href, base)
  if (url.host !== base.host) return undefined
  try {
    return decodeURIComponent(url.pathname).replace(/\/+$/, '')
  } catch {
    return undefined // a broken escape: no object of ours has one
  }
}

function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^>]*)?>([\\s\\S]*?)</(?:[\\w.-]+:)?${name}\\s*>`).exec(xml)?.[1]
  return found === undefined ? undefined : decodeEntities(found.replace(/^\s*<!\[CDATA\[([\s\S]*)\]\]>\s*$/, '$1')).trim()
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const decodeEntities = (text: string): string =>
  text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
