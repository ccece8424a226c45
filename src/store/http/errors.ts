/** The failures of web servers, and of the way to them, in dv's words. */
import { DvError } from '../../base/error.ts'
import { isCertificateError } from '../s3/errors.ts'
import { isConnectionError, timeoutCode } from '../s3/transport.ts'
import type { HttpSettings } from './settings.ts'

/** The answer of a server that does not hand the file out. */
export function httpFailure(status: number, { label, url }: HttpSettings): DvError {
  const cause = new Error(`HTTP ${status}`)
  const because = (why: string): string => `cannot read ${label}: ${why}`
  if (status === 404 || status === 410) return new DvError('object-missing', because('there is no such file'), { cause })
  if (status === 401 || status === 403 || status === 407)
    return new DvError('access-denied', because(`${url.host} refuses: status ${status}`), {
      cause,
      hint: `name the server as a remote of yours, with auth, user and password, and take remote://<name>/<path>: dv remote add --local <name> ${url.origin}`,
    })
  if (status >= 500 || status === 429 || status === 408)
    return new DvError('store-unavailable', because(`${url.host} answers with status ${status}`), { cause })
  return new DvError('store-refused', because(`${url.host} answers with status ${status}`), { cause })
}

/** A request that got no answer, or only a part of one. Errors that are not the network's are handed back as they are. */
export function wayFailure(error: unknown, { label, url }: HttpSettings): unknown {
  const because = (why: string): string => `cannot read ${label}: ${why}`
  if (isCertificateError(error))
    return new DvError('store-refused', because(`the certificate of ${url.host} is not trusted (${error.code})`), {
      cause: error,
      hint: 'for a private authority: --fs-config ssl_verify=<path of its certificate>',
    })
  if (!isConnectionError(error)) return error
  const options = { cause: error, hint: `curl -I ${label}` }
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return new DvError('store-unavailable', because(`there is no host ${url.host}`), options)
  if (error.code === 'ECONNREFUSED') return new DvError('store-unavailable', because(`nothing answers at ${url.host}`), options)
  if (error.code === timeoutCode) return new DvError('store-unavailable', because(`${url.host} is silent, ${error.message}`), options)
  return new DvError('store-unavailable', because(`the connection to ${url.host} broke (${error.code})`), options)
}
