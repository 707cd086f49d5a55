// What undici's errors mean in the words of our error table. The difference that matters most: could the peer have begun to act on
// the request? Before a connection stood it could not (retry always); afterwards it could (retry only what is idempotent).

import { EdgeError } from '../base/edge-error.ts'
import type { ErrorCode } from '../contract/errors.ts'

const CONNECT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'EACCES',
  'ENOENT',
  'ECONNABORTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** The fault that an error of the wire stands for. @param headSeen whether the head of the answer had arrived */
export function faultOf(cause: Error, peer: string, headSeen: boolean): EdgeError {
  // Our own faults come back through the request body or an abort: they keep their code.
  if (cause instanceof EdgeError) return cause
  if (cause.cause instanceof EdgeError) return cause.cause
  return new EdgeError(codeOf(cause, headSeen), { peer, reason: cause.message }, cause)
}

function codeOf(cause: Error, headSeen: boolean): ErrorCode {
  if (headSeen) return 'UPSTREAM_CUT'
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'UPSTREAM_CONNECT_TIMEOUT'
  if (CONNECT_CODES.has(code) || isFailedConnect(cause)) return 'UPSTREAM_CONNECT'
  if (code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_INVALID_ARG') return 'UPSTREAM_INVALID'
  return 'UPSTREAM_RESET'
}

/** Several addresses of one name were tried and none took the connection. */
function isFailedConnect(cause: Error): boolean {
  if ((cause as NodeJS.ErrnoException).syscall === 'connect') return true
  return cause instanceof AggregateError && cause.errors.every((one: NodeJS.ErrnoException) => one.syscall === 'connect')
}
