/** S3's and the network's failures in dv's words. Nothing above this file knows HTTP. */
import { DvError } from '../../base/error.ts'
import { isConnectionError, timeoutCode } from './transport.ts'
import { textOfTag } from './xml.ts'

/** What a failed request was about, for the message. */
export interface RequestContext {
  /** what could not be done: `read`, `write`, `list` … */
  readonly verb: string
  /** to what: `s3://lab/data/files/md5/ab/…` */
  readonly target: string
  readonly bucket: string
  /** of the remote, for hints */
  readonly remote: string
  /** without a path: `https://s3.lab.example:9000` */
  readonly endpoint: string
  /** where the credentials came from, never what they are */
  readonly keysFrom: string
}

export interface FailedReply {
  readonly status: number
  /** S3's word for it, or '' (after HEAD) */
  readonly code: string
  readonly message: string | undefined
}

/** What the body of a failed request says. */
export const readRefusal = (status: number, text: string): FailedReply => ({
  status,
  code: textOfTag(text, 'Code') ?? '',
  message: textOfTag(text, 'Message'),
})

/** The answer of a server that did not do what it was asked. */
export function replyError({ status, code, message: said }: FailedReply, about: RequestContext): DvError {
  const cause = new Error(`HTTP ${status}${code === '' ? '' : ` ${code}`}${said === undefined ? '' : `: ${said}`}`)
  const because = (why: string): string => `cannot ${about.verb} ${about.target}: ${why}`
  const where = `bucket ${about.bucket} at ${about.endpoint}`

  if (code === 'NoSuchBucket')
    return new DvError('store-refused', because(`there is no ${where}`), {
      cause,
      hint: `dv remote modify ${about.remote} url s3://<bucket>/<path>`,
    })
  if (code === 'RequestTimeTooSkewed')
    return new DvError('access-denied', because('this machine’s clock differs too much from the server’s'), {
      cause,
      hint: 'set the clock: timedatectl set-ntp true',
    })
  if (code === 'BadDigest' || code === 'XAmzContentSHA256Mismatch')
    return new DvError('object-corrupt', because('the bytes that arrived are not those that its name promises'), { cause })
  if (status === 404 && missingCodes.has(code)) return new DvError('object-missing', because('no such object'), { cause })
  if (status === 401 || status === 403 || deniedCodes.has(code))
    return new DvError('access-denied', because(`${where} refuses: ${code || `status ${status}`}`), {
      cause,
      hint: deniedHint(code, about),
    })
  if (status >= 500 && status !== 501)
    return new DvError('store-unavailable', because(`${about.endpoint} answers ${code || `status ${status}`}`), { cause })
  if (status === 429 || status === 408 || busyCodes.has(code))
    return new DvError('store-unavailable', because(`${about.endpoint} is busy: ${code || status}`), { cause })
  return new DvError(
    'store-refused',
    because(`${about.endpoint} answers ${status}${code === '' ? '' : ` ${code}`}${said === undefined ? '' : `, ${said}`}`),
    { cause },
  )
}

const missingCodes = new Set(['', 'NoSuchKey', 'NoSuchVersion', 'NotFound'])
/** Sent with 400 by some servers. */
const deniedCodes = new Set([
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
])
const busyCodes = new Set(['SlowDown', 'SlowDownRead', 'SlowDownWrite', 'RequestTimeout', 'OperationAborted', 'TooManyRequests'])

function deniedHint(code: string, { bucket, endpoint, keysFrom, remote }: RequestContext): string {
  const used = `the credentials used are ${keysFrom}`
  if (code === 'ExpiredToken' || code === 'TokenRefreshRequired')
    return `${used}, and they have expired: aws sso login, or whatever gave them`
  if (code === 'SignatureDoesNotMatch') return `${used}; the secret is wrong: dv remote modify --local ${remote} secret_access_key <secret>`
  if (code === 'InvalidAccessKeyId') return `${used}; ${endpoint} does not know them: dv remote modify --local ${remote} access_key_id <id>`
  return `${used}; ask who owns bucket ${bucket} for access, or choose others: dv remote modify --local ${remote} profile <name>`
}

/** A request that got no answer, or only a part of one. Errors that are not the network's are handed back as they are. */
export function networkError(error: unknown, about: RequestContext): unknown {
  const because = (why: string): string => `cannot ${about.verb} ${about.target}: ${why}`
  if (isCertificateError(error)) {
    const hint = `for a private authority: dv remote modify --local ${about.remote} ssl_verify <path of its certificate>`
    return new DvError('store-refused', because(`the certificate of ${about.endpoint} is not trusted (${error.code})`), {
      cause: error,
      hint,
    })
  }
  if (!isConnectionError(error)) return error
  const options = { cause: error, hint: `check the network, and the endpoint: dv config remote.${about.remote}.endpointurl` }
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return new DvError('store-unavailable', because(`there is no host of ${about.endpoint}`), options)
  if (error.code === 'ECONNREFUSED') return new DvError('store-unavailable', because(`nothing answers at ${about.endpoint}`), options)
  if (error.code === timeoutCode) return new DvError('store-unavailable', because(`${about.endpoint} is silent, ${error.message}`), options)
  return new DvError('store-unavailable', because(`the connection to ${about.endpoint} broke (${error.code})`), options)
}

/** Node names them after OpenSSL's X509_V_ERR_…, or its own ERR_TLS_…; EPROTO is TLS spoken to a plain port. */
export function isCertificateError(error: unknown): error is NodeJS.ErrnoException {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /CERT|^ERR_TLS_|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|^EPROTO$|^ERR_SSL_/.test(code)
}
