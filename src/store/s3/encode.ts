/** How S3 and its signature write keys and queries in a URL: RFC 3986, everything but `A-Z a-z 0-9 - . _ ~` as `%XX`. */

/** One part of a key, or a value of a query. */
export const encodePart = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** A key; its slashes stay. */
export const encodeKey = (key: string): string => key.split('/').map(encodePart).join('/')

/** The canonical query, which is also sent: sorted by name, every name with `=`. */
export const encodeQuery = (query: Readonly<Record<string, string>>): string =>
  Object.keys(query)
    .sort()
    .map(name => `${encodePart(name)}=${encodePart(query[name] ?? '')}`)
    .join('&')
