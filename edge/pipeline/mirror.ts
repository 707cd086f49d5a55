// Beside the line: copies of sampled requests go to the mirror of their route, and what it answers is compared with the real answer.
//
// Invariant: nothing that a mirror does, or fails to do, is waited for by a client or changes what he gets. Copies have connections of
// their own, end by their own deadline, and are dropped and counted where there is no room for them.

import type { MirrorPlan } from '../config/snapshot.ts'
import { copiesOf, isCopied } from '../mirror/sample.ts'
import type { UpstreamRequest } from '../upstream/upstream.ts'
import type { Asked, Exchange } from './exchange.ts'
import { Mirroring } from './mirroring.ts'
import { NOBODY } from './nobody.ts'
import { originRequest } from './origin-request.ts'
import type { Fetched } from './send-to-pool.ts'

/** Sends a request on, and if chance has it copies to the mirror. @param send to the pool that answers @throws what `send` throws */
export function sendMirrored(
  draft: UpstreamRequest,
  send: (draft: UpstreamRequest) => Promise<Fetched>,
  mirror: MirrorPlan,
  asked: Asked,
  x: Exchange,
): Promise<Fetched> {
  const copies = copiesFor(mirror, asked, x)
  return copies === 0 ? send(draft) : new Mirroring(copies, mirror, asked, x).send(draft, send)
}

/** Copies a request that the cache answered, where the mirror is for those too, once its client has been answered. */
export function mirrorHit(asked: Asked, mirror: MirrorPlan, x: Exchange): void {
  // What is fetched or compared behind the clients is no request of theirs.
  if (mirror.config.of !== 'all' || x.reply === NOBODY || x.incoming.body !== null) return
  const copies = copiesFor(mirror, asked, x)
  if (copies === 0) return
  const copying = Promise.resolve().then(() =>
    new Mirroring(copies, mirror, asked, x).sendAlone(originRequest(asked, { kind: 'bypass', reason: 'bypass' }, x)),
  )
  x.tools.background('mirror', copying)
}

function copiesFor({ config, book }: MirrorPlan, { request, route }: Asked, x: Exchange): number {
  if (!isCopied(request.method, request.fields, config.writes)) return 0
  const copies = copiesOf(config, x.tools.random.next())
  if (copies === 0 || x.tools.pressure.level === 0) return copies
  book.note('dropped-overload', copies)
  x.tools.metrics.mirrored(route.id, 'dropped-overload', copies)
  return 0
}
