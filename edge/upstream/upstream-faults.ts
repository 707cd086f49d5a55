// What the end of a connection means in the words of our error table. The difference that matters most: could the peer have begun to
// act on the request? Before a connection stood it could not (retry always); afterwards it could (retry only what is idempotent).

import { EdgeError } from '../base/edge-error.ts'
import { WireFault } from '../wire/wire-fault.ts'

/** How far a request has come with its peer. */
export type Progress = 'connecting' | 'sent' | 'flowing'

/** Why a connection is of no more use: an error of the system, a rule that the peer broke, or that it closed. */
export type Break = Error | WireFault | 'closed'

/** A 101 to a request that asked for nothing of the kind: what follows would be no HTTP (RFC 9110 §15.2.2). */
export const UNASKED_UPGRADE = new WireFault(
  'unasked-upgrade',
  'BAD_MESSAGE',
  'RFC 9110 §15.2.2',
  'A switch of protocols that nobody asked for: whoever reads on would take bytes of another protocol for an answer.',
)

/** More interim answers than any peer needs; see MAX_INTERIM. */
export const TOO_MANY_INTERIM = new WireFault(
  'too-many-interim',
  'BAD_MESSAGE',
  'RFC 9110 §15.2',
  'Interim answers without end: each is cheap for the peer and keeps a client waiting.',
)

/** The fault that the end of a connection stands for. */
export function faultOf(cause: Break, peer: string, progress: Progress): EdgeError {
  if (progress === 'flowing') return new EdgeError('UPSTREAM_CUT', detailOf(cause, peer), causeOf(cause))
  if (cause instanceof WireFault) return new EdgeError('UPSTREAM_INVALID', detailOf(cause, peer))
  // Refused, unreachable, no such name, a certificate or handshake that failed: nothing of the request was written.
  if (progress === 'connecting') return new EdgeError(connectCode(cause), detailOf(cause, peer), causeOf(cause))
  return new EdgeError('UPSTREAM_RESET', detailOf(cause, peer), causeOf(cause))
}

function connectCode(cause: Error | 'closed'): 'UPSTREAM_CONNECT' | 'UPSTREAM_CONNECT_TIMEOUT' {
  const timedOut = cause !== 'closed' && (cause as NodeJS.ErrnoException).code === 'ETIMEDOUT'
  return timedOut ? 'UPSTREAM_CONNECT_TIMEOUT' : 'UPSTREAM_CONNECT'
}

function detailOf(cause: Break, peer: string): Readonly<Record<string, unknown>> {
  if (cause === 'closed') return { peer, reason: 'the peer closed the connection' }
  if (cause instanceof WireFault) return { peer, rule: cause.rule, section: cause.section, reason: cause.why }
  // Several addresses tried in vain make one error without words of its own.
  return { peer, reason: cause.message === '' ? String((cause as NodeJS.ErrnoException).code) : cause.message }
}

function causeOf(cause: Break): unknown {
  return cause instanceof Error ? cause : undefined
}
