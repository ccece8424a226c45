/** Proxies as the environment names them: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, in capitals or not (curl's reading of them). */
import { type Agent, request } from 'node:http'
import { isIP } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { Context } from '../../base/context.ts'

/** The proxy for requests to `target`, or undefined. */
export function proxyFor(
  target: { readonly secure: boolean; readonly host: string; readonly port: number },
  env: Context['env'],
): URL | undefined {
  const read = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined
  const text = read(target.secure ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? read('ALL_PROXY')
  if (text === undefined || isExempt(target, read('NO_PROXY') ?? '')) return undefined
  const full = text.includes('://') ? text : `http://${text}`
  return /^https?:/i.test(full) && URL.canParse(full) ? new URL(full) : undefined // SOCKS is not spoken
}

/** `lab.example` and `.lab.example` both mean the host and everything below it; a port may follow; `*` is everything. */
function isExempt({ host, port }: { readonly host: string; readonly port: number }, list: string): boolean {
  return list.split(/[\s,]+/).some(entry => {
    const [, name = '', entryPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? []
    if (entry === '*') return true
    return name !== '' && (entryPort === undefined || Number(entryPort) === port) && (host === name || host.endsWith(`.${name}`))
  })
}

type CreateConnection = Agent['createConnection']

/** Opens TLS through the proxy, which sees the host's name and nothing else. */
export function tunnelThrough(proxy: URL, timeoutMs: number): CreateConnection {
  return (options, done) => {
    const { host, port } = options as { host: string; port: number }
    const finish = done as (error: Error | null, socket?: TLSSocket) => void
    const target = `${host}:${port}`
    const ask = request({
      host: proxy.hostname,
      port: proxy.port || 80,
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyAuthorization(proxy) },
      timeout: timeoutMs,
    })
    ask.once('connect', (reply, socket) => {
      if (reply.statusCode === 200)
        return finish(null, connect({ ...(options as ConnectionOptions), socket, ...(isIP(host) === 0 ? { servername: host } : {}) }))
      socket.destroy()
      finish(Object.assign(new Error(`the proxy ${proxy.host} answered ${reply.statusCode} for ${target}`), { code: 'ECONNREFUSED' }))
    })
    ask.once('timeout', () => ask.destroy(Object.assign(new Error(`the proxy ${proxy.host} does not answer`), { code: 'ETIMEDOUT' })))
    ask.once('error', error => finish(error))
    ask.end()
    return undefined as unknown as ReturnType<CreateConnection> // Node takes the socket from the callback then
  }
}

export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}
