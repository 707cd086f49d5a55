// What undici's errors mean in the words of our error table. The difference that matters most: could the peer have begun to act on
// the request? Before a connection stood it could not (retry always); afterwards it could (retry only what is idempotent).

import { EdgeError } from '../base/edge-error.ts'
import type { ErrorCode } from '../contract/errors.ts'

/** How far the exchange had come: no connection yet, request sent, or head of the answer seen. */
export type Progress = 'here' | 'queued' | 'sent' | 'flowing'

/** A broken connection under another name than undici looks for; see `hop-pool.ts`. */
export const RESET_CODE = 'ERR_PEER_RESET'

const INVALID_CODES: ReadonlySet<string> = new Set([
  'ERR_ASSERTION',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_INVALID_ARG',
])

/** What undici says when a peer speaks out of turn: a 100 or a 101 that nobody asked for, bytes behind an answer. */
const NONSENSE: ReadonlySet<string> = new Set(['bad response', 'bad upgrade'])

/** The fault that an error of the wire stands for. */
export function faultOf(cause: Error, peer: string, progress: Progress): EdgeError {
  // Our own faults come back through the request body or an abort: they keep their code.
  if (cause instanceof EdgeError) return cause
  if (cause.cause instanceof EdgeError) return cause.cause
  return new EdgeError(codeOf(cause, progress), { peer, reason: cause.message }, cause)
}

function codeOf(cause: Error, progress: Progress): ErrorCode {
  if (progress === 'flowing') return 'UPSTREAM_CUT'
  const code = codeText(cause)
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'UPSTREAM_CONNECT_TIMEOUT'
  // undici's parser errors have a name and, with the parser in WebAssembly, no code.
  if (cause.name === 'HTTPParserError' || INVALID_CODES.has(code) || NONSENSE.has(cause.message)) return 'UPSTREAM_INVALID'
  // Refused, unreachable, no such name, a certificate or handshake that failed: nothing of the request was written.
  return progress === 'sent' ? 'UPSTREAM_RESET' : 'UPSTREAM_CONNECT'
}

/** Whether a kept connection broke without a word about this request. Peers close idle ones just when they are used again. */
export function brokeUnused(cause: Error): boolean {
  const code = codeText(cause)
  // A break at the lowest level does not say what the connection had carried; undici's own error does.
  if (code === RESET_CODE || code === 'EPIPE') return true
  return (
    code === 'UND_ERR_SOCKET' &&
    !NONSENSE.has(cause.message) &&
    ((cause as { socket?: { bytesRead?: number } | null }).socket?.bytesRead ?? 0) > 0
  )
}

function codeText(cause: Error): string {
  return String((cause as NodeJS.ErrnoException).code ?? '')
}
