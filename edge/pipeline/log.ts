// The end of an exchange: its counts and its one line in the access log, with the why-tokens. Client text is cut to a length
// that keeps a line below what one write can hold; JSON escapes its control bytes.

import { asEdgeError } from '../base/edge-error.ts'
import type { LogLine } from '../base/ports.ts'
import type { Answer, Exchange, Sent } from './exchange.ts'
import { limitReadings } from './limit.ts'

const MAX_TEXT = 512

/** Counts and logs an exchange that is over. */
export function log(answer: Answer, sent: Sent, x: Exchange): void {
  const { tools, why } = x
  const durationMs = tools.clock.monotonicMs() - x.startedMonotonicMs
  const outcome = endOf(sent, x)
  why.servedBy = answer.servedBy
  tools.metrics.ended(why.series ?? tools.metrics.route(''), answer.status, answer.servedBy, durationMs)
  if (why.group !== '') tools.metrics.grouped(why.route, why.group, answer.status)
  tools.accessLog?.info(lineOf(answer, { outcome, bytes: sent.bytes, durationMs }, x))
}

function lineOf(answer: Answer, end: { outcome: Sent['outcome']; bytes: number; durationMs: number }, x: Exchange): LogLine {
  const { why, incoming } = x
  return {
    event: 'exchange',
    id: x.id,
    method: incoming.method,
    host: incoming.fields.get('host')?.slice(0, 255),
    target: incoming.target.slice(0, MAX_TEXT),
    status: answer.status,
    servedBy: answer.servedBy,
    outcome: end.outcome,
    bytes: end.bytes,
    durationMs: Math.round(end.durationMs * 100) / 100,
    client: why.clientAddress || incoming.peerAddress,
    class: why.clientClass,
    userAgent: incoming.fields.get('user-agent')?.slice(0, MAX_TEXT),
    revision: why.revision,
    route: why.route,
    group: why.group || undefined,
    mode: why.mode === 'normal' ? undefined : why.mode,
    switch: why.switchId || undefined,
    limits: why.quota === null ? undefined : limitReadings(why.quota),
    cache: why.cache || undefined,
    pool: why.pool || undefined,
    peer: why.peer || undefined,
    tries: why.tries || undefined,
    retries: why.retries || undefined,
    hedge: why.hedge || undefined,
    batched: why.batched || undefined,
    fault: why.fault || undefined,
  }
}

// A body that broke off after its head is a fault that no answer could tell of: only here is it seen.
function endOf(sent: Sent, { tools, why }: Exchange): Sent['outcome'] {
  if (sent.outcome === 'whole') return 'whole'
  const fault = sent.outcome === 'cut' ? asEdgeError(sent.fault) : null
  if (fault === null || fault.code === 'CLIENT_GONE') {
    tools.metrics.clientAborted()
    return 'client-gone'
  }
  why.fault = fault.code
  tools.metrics.fault(fault.code)
  return 'cut'
}
