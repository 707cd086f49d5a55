// What is known of one edge, and how each of its messages changes that. Pure: a state and a message in, the next state out.

import type { Problem } from '../../edge/contract/problem.ts'
import type { Ack, EdgeBeat, Hello, Nack, What } from './edge-message.ts'

/** Whether an edge has a stream open. */
export type Connection =
  | { readonly state: 'connected'; readonly sinceMs: number; readonly address: string }
  | { readonly state: 'gone'; readonly sinceMs: number; readonly reason: string }

/** What an edge said last to one kind of message. */
export type Verdict =
  | { readonly kind: 'ack'; readonly seq: number; readonly atMs: number }
  | { readonly kind: 'nack'; readonly seq: number; readonly atMs: number; readonly problems: readonly Problem[] }

/** What is known of one edge. All times are dates by the control plane's clock, but for those that the edge itself names. */
export interface EdgeState {
  readonly edgeId: string
  readonly build: string
  readonly contract: number
  /** When it started, by its own clock. */
  readonly startedAtMs: number
  readonly connection: Connection
  /** What it has in force, as it said last. */
  readonly have: Hello['have']
  /** The revision it serves and since when by its own clock; null until it has said so on this stream. */
  readonly serving: { readonly revision: number; readonly sinceMs: number } | null
  /** What it said last to each kind of message; a kind is absent until it has said something. */
  readonly last: Readonly<Partial<Record<What, Verdict>>>
  /** What it said of itself last; null before its first beat. */
  readonly beat: Omit<EdgeBeat, 'type' | 'have'> | null
  /** When it was last heard. */
  readonly heardAtMs: number
}

/** An edge that says hello. What an earlier stream of the same process said it serves still holds. */
export function edgeOnHello(before: EdgeState | undefined, hello: Hello, address: string, nowMs: number): EdgeState {
  const same = before?.startedAtMs === hello.startedAtMs
  const { type: _, ...said } = hello
  return {
    ...said,
    connection: { state: 'connected', sinceMs: nowMs, address },
    serving: same && before.serving?.revision === hello.have.revision ? before.serving : null,
    last: same ? before.last : {},
    beat: same ? before.beat : null,
    heardAtMs: nowMs,
  }
}

/** An edge after one more of its messages. */
export function edgeOnMessage(before: EdgeState, message: Ack | Nack | EdgeBeat, nowMs: number): EdgeState {
  const heard = { ...before, heardAtMs: nowMs }
  if (message.type === 'beat') {
    const { type: _, have, ...beat } = message
    return { ...heard, have, beat }
  }
  if (message.type === 'nack') {
    const { seq, problems, what } = message
    return { ...heard, last: { ...before.last, [what]: { kind: 'nack', seq, atMs: nowMs, problems } } }
  }
  const { seq, what, atMs } = message
  const last = { ...before.last, [what]: { kind: 'ack', seq, atMs: nowMs } as const }
  if (what === 'switches') return { ...heard, last, have: { ...before.have, switchSeq: seq } }
  if (what === 'purge') return { ...heard, last, have: { ...before.have, purgeSeq: seq } }
  if (what === 'endpoints') return { ...heard, last, have: { ...before.have, endpointSeq: seq } }
  return { ...heard, last, have: { ...before.have, revision: seq }, serving: { revision: seq, sinceMs: atMs } }
}

/** An edge whose stream has ended. */
export function edgeOnGone(before: EdgeState, reason: string, nowMs: number): EdgeState {
  return { ...before, connection: { state: 'gone', sinceMs: nowMs, reason } }
}
