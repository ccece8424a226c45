/** The failures of web servers, and of the way to them, in dv's words. */
import { DvError } from '../../base/error.ts'
import { isCertificateError } from '../s3/errors.ts'
import { isConnectionError, timeoutCode } from '../s3/transport.ts'

/** What a request was about, for the message. */
export interface HttpDeed {
  /** what could not be done: `read`, `write`, `list` … */
  readonly verb: string
  /** to what, without credentials */
  readonly target: string
  readonly host: string
  /** what helps who is refused */
  readonly accessHint: string
  /** what helps where the certificate is not trusted */
  readonly certificateHint: string
}

/** The answer of a server that does not do what it is asked. */
export function httpFailure(status: number, deed: HttpDeed): DvError {
  const { host } = deed
  const cause = new Error(`HTTP ${status}`)
  const because = (why: string): string => `cannot ${deed.verb} ${deed.target}: ${why}`
  if ((status === 404 || status === 410) && !changes.has(deed.verb))
    return new DvError('object-missing', because('there is no such file'), { cause })
  if (status === 401 || status === 403 || status === 407)
    return new DvError('access-denied', because(`${host} refuses: status ${status}`), { cause, hint: deed.accessHint })
  if (status === 507) return new DvError('store-refused', because(`${host} has no room left`), { cause })
  if ((status >= 500 && status !== 501 && status !== 505) || status === 429 || status === 408)
    return new DvError('store-unavailable', because(`${host} answers with status ${status}`), { cause })
  return new DvError('store-refused', because(`${host} answers with status ${status}`), { cause })
}

/** After these 404 is not about the object. */
const changes = new Set(['write', 'make the folder'])

/** A request that got no answer, or only a part of one. Errors that are not the network's are handed back as they are. */
export function wayFailure(error: unknown, { verb, target, host, certificateHint }: HttpDeed): unknown {
  const because = (why: string): string => `cannot ${verb} ${target}: ${why}`
  if (isCertificateError(error))
    return new DvError('store-refused', because(`the certificate of ${host} is not trusted (${error.code})`), {
      cause: error,
      hint: certificateHint,
    })
  if (!isConnectionError(error)) return error
  const options = { cause: error, hint: `curl -I ${target}` }
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return new DvError('store-unavailable', because(`there is no host ${host}`), options)
  if (error.code === 'ECONNREFUSED') return new DvError('store-unavailable', because(`nothing answers at ${host}`), options)
  if (error.code === timeoutCode) return new DvError('store-unavailable', because(`${host} is silent, ${error.message}`), options)
  return new DvError('store-unavailable', because(`the connection to ${host} broke (${error.code})`), options)
}
