// PURGE: a request that lets go of its own target, from addresses that may. In force at this worker when it is answered, at its siblings
// a moment later, and at other edges once the control plane has it.

import { EdgeError } from '../base/edge-error.ts'
import { urlOfKey } from '../cache/cache-key.ts'
import type { Client } from '../client/client-class.ts'
import type { PurgeOrder } from '../contract/purge.ts'
import { parseAddress } from '../http/address.ts'
import { bytesBody } from '../http/body.ts'
import { Fields } from '../http/fields.ts'
import { askedOf } from './asked.ts'
import { keyOfTarget } from './cache-target.ts'
import { type Answer, type Exchange, type Request, targetOf } from './exchange.ts'
import { keptApart } from './split.ts'

/** Whether a request is a PURGE, in a site that takes some. */
export function isPurge(request: Request, x: Exchange): boolean {
  return request.method === 'PURGE' && x.snapshot.purgers !== null
}

/** Purges the target of a request; soft with `Soft-Purge: 1`. @throws EdgeError PURGE_FORBIDDEN */
export function purgeTarget(request: Request, client: Client, x: Exchange): Answer {
  const address = parseAddress(client.address)
  if (address === null || x.snapshot.purgers?.has(address) !== true) throw new EdgeError('PURGE_FORBIDDEN', { address: client.address })
  const mode = request.fields.get('soft-purge') === '1' ? 'soft' : 'hard'
  const keys = keysOf(request, client, x)
  const order: PurgeOrder = { by: 'url', url: urlOfKey(keys[0]!), mode, againAfterMs: 0 }
  x.tools.purge([order])
  // What Redis has under these keys goes too: without a control plane, a purge is known for as long as this process lives.
  if (mode === 'hard') for (const each of keys) x.tools.forget(each)
  const text = `${JSON.stringify({ purged: order.url, mode })}\n`
  const fields = Fields.of({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  return { status: 200, fields, body: bytesBody(Buffer.from(text)), servedBy: 'edge' }
}

// As the route that takes GETs of it keeps it.
function keysOf(request: Request, client: Client, x: Exchange): readonly string[] {
  const found = x.snapshot.routes.match({ ...request, method: 'GET' })
  if (found.kind === 'found') {
    return keptApart(x.snapshot.plans.get(found.id)!).map((plan) => keyOfTarget(askedOf(request, client, plan)))
  }
  return [`${client.scheme}://${request.authority}${targetOf(request.path, request.query)}`]
}
