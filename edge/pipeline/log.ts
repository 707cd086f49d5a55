// The end of an exchange: its counts and its one line in the access log, with the why-tokens. Client text is cut to a length
// that keeps a line below what one write can hold; JSON escapes its control bytes.

import type { Answer, Exchange, Sent } from './exchange.ts'

const MAX_TEXT = 512

/** Counts and logs an exchange that is over. */
export function log(answer: Answer, sent: Sent, x: Exchange): void {
  const { tools, why, incoming } = x
  const durationMs = tools.clock.monotonicMs() - x.startedMonotonicMs
  why.servedBy = answer.servedBy
  tools.metrics.ended(why.route, answer.status, answer.servedBy, durationMs)
  if (sent.outcome === 'client-gone') tools.metrics.clientAborted()
  tools.accessLog.info({
    event: 'exchange',
    id: x.id,
    method: incoming.method,
    host: incoming.fields.get('host')?.slice(0, 255),
    target: incoming.target.slice(0, MAX_TEXT),
    status: answer.status,
    servedBy: answer.servedBy,
    outcome: sent.outcome,
    bytes: sent.bytes,
    durationMs: Math.round(durationMs * 100) / 100,
    client: why.clientAddress || incoming.peerAddress,
    class: why.clientClass,
    userAgent: incoming.fields.get('user-agent')?.slice(0, MAX_TEXT),
    revision: why.revision,
    route: why.route,
    mode: why.mode === 'normal' ? undefined : why.mode,
    switch: why.switchId || undefined,
    limits: why.limits || undefined,
    cache: why.cache || undefined,
    pool: why.pool || undefined,
    peer: why.peer || undefined,
    tries: why.tries || undefined,
    fault: why.fault || undefined,
  })
}
