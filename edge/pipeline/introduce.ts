// What this edge tells the next one of the client, and what it believes of its answers.

import { introduction } from '../client/introduced.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import { PURGED_FIELD } from '../contract/edge-fields.ts'
import type { Fields } from '../http/fields.ts'
import { appendVia } from '../http/via.ts'
import type { Asked, Exchange } from './exchange.ts'

/** Tells a peer that is an edge who the client is; to origins nothing is said. */
export function introduce(fields: Fields, pool: PoolPlan, { client }: Asked, x: Exchange): void {
  if (pool.config.peersAre === 'origins') return
  const here = x.why.quota?.limits.map(({ id }) => id) ?? []
  const before = client.introduced?.paid ?? []
  const paid = [...before, ...here.filter((id) => !before.includes(id))]
  fields.set('Weir-Client', introduction({ class: client.class, certificate: client.certificate, paid }))
}

/**
 * The purges that what a peer sent is known to be newer than: those known here when it was asked, or fewer, where the peer is an edge that
 * had heard of fewer. Takes the field that says so out.
 */
export function fillSeqOf(answered: Fields, pool: PoolPlan, askedAtSeq: number): number {
  if (pool.config.peersAre === 'origins') return askedAtSeq
  const told = answered.get(PURGED_FIELD)
  answered.delete(PURGED_FIELD)
  return told !== undefined && /^[0-9]{1,15}$/.test(told) ? Math.min(askedAtSeq, Number(told)) : askedAtSeq
}

/** Tells an edge in front which purges an answer is newer than, where that is known. */
export function tellPurged(fields: Fields, { why, tools }: Exchange): void {
  fields.delete(PURGED_FIELD)
  // An edge that has heard of no purge may follow no control plane at all, and its 0 would say that the answer is older than all of them.
  if (why.asOfPurge !== null && tools.fence.table.seq > 0) fields.set('Weir-Purged', String(why.asOfPurge))
}

/** Names this edge in the Via of an answer: on answers that is a MAY (RFC 9110 §7.6.3), and it lets people see who answered. */
export function tellVia(fields: Fields, { tools }: Pick<Exchange, 'tools'>): void {
  appendVia(fields, '1.1', tools.edgeId)
}
