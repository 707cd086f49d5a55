// Reads of single items that reach the origin stage within a few ms of each other are sent as one bulk request. Which may: those that ask
// for no more than the item, as anybody would. All others, and all for which the bulk request comes to nothing, go alone.

import type { BatchPlan, PoolPlan } from '../config/snapshot.ts'
import { MIRROR_FIELD } from '../contract/mirror.ts'
import { isSecretField } from '../http/masked.ts'
import type { UpstreamRequest } from '../upstream/upstream.ts'
import { BatchedRead } from './batched-read.ts'
import { BulkRead } from './bulk-read.ts'
import { hasAny, OVERRIDES } from './cache-target.ts'
import type { Asked, Exchange } from './exchange.ts'
import type { Unanswered } from './found.ts'
import { type Fetched, sendToPool } from './send-to-pool.ts'

/** Fields of requests that want something of their own: a part, an answer under a condition or newer than others get, another method. */
const ALONE: readonly string[] = [
  ...['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'cache-control', 'pragma'],
  ...OVERRIDES,
  MIRROR_FIELD.toLowerCase(),
]
/** What splits ids, and what no id has. */
const NO_ID = /[\u0000-\u001f\u007f,]/

/** How and where reads are collected. */
export interface Batching {
  readonly batch: BatchPlan
  readonly pool: PoolPlan
  readonly found: Unanswered
}

/** Sends a request with others like it, or alone. @throws what `sendToPool` throws */
export async function sendBatched(draft: UpstreamRequest, batching: Batching, asked: Asked, x: Exchange): Promise<Fetched> {
  const name = x.wanted.aborted ? null : itemOf(draft, batching, asked)
  const part = name === null ? null : await partFor(new BatchedRead(name), draft, batching, asked, x)
  if (part === null) return sendToPool(draft, batching.pool, asked, x)
  x.why.peer = part.peer
  x.why.tries = part.tries
  x.why.batched = part.items
  return part.fetched
}

async function partFor(read: BatchedRead, draft: UpstreamRequest, { batch, pool }: Batching, asked: Asked, x: Exchange) {
  const { batches, background } = x.tools
  const key = keyOf(draft, batch, pool, asked, x)
  const leave = batches.join(key, read, batch.config, (reads) =>
    background('batch', new BulkRead(reads, { key, draft, batch, pool }, asked, x).run()),
  )
  if (leave === null) return null
  const cancel = x.wanted.on(() => {
    leave()
    read.leave()
  })
  try {
    return await read.part
  } finally {
    cancel()
  }
}

/** The item that a request is for, decoded; null for a request that goes alone. */
function itemOf(draft: UpstreamRequest, { pool, found }: Batching, { request }: Asked): string | null {
  const { method, body, fields, target } = draft
  if (method !== 'GET' || body !== null || found.kind === 'stale' || target.includes('?')) return null
  // Who is bound to one peer, and what edges are told of one client, is not for all.
  if (pool.sticky !== null || pool.config.peersAre !== 'origins') return null
  if (hasAny(fields, ALONE)) return null
  const { deadlineField } = pool.config
  if (deadlineField !== undefined && fields.has(deadlineField.toLowerCase())) return null
  for (const [name] of fields) if (isSecretField(name)) return null
  const name = decoded(request.path.slice(request.path.lastIndexOf('/') + 1))
  return name === null || name === '' || NO_ID.test(name) ? null : name
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    // No UTF-8: only the origin knows what that is.
    return null
  }
}

// All that an origin may build its answer from, where the bulk request has it.
function keyOf({ fields }: UpstreamRequest, batch: BatchPlan, pool: PoolPlan, { request, client, route }: Asked, x: Exchange): string {
  const where = [x.snapshot.revision, route.id, pool.id, client.class, client.scheme, request.scheme, request.authority]
  return JSON.stringify([...where, fields.getAll('cdn-loop'), ...batch.fields.map((name) => fields.getAll(name))])
}
