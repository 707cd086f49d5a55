// Stale while revalidate (RFC 5861 §3): the client has its answer at once, and what it stands for is fetched anew behind it, through the
// same stages as any other request. Nobody waits for that, so its failure is only counted: the next request tries again.

import { Abort } from '../base/abort.ts'
import { answerPolicy } from '../cache/answer-policy.ts'
import { remainingMs } from '../cache/freshness.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { isReady } from '../cache/ready.ts'
import { refreshScaleMs, refreshSpanMs } from '../cache/refreshes.ts'
import { usableWhileRevalidating } from '../cache/serveable.ts'
import { ended } from '../http/body.ts'
import { askedOf } from './asked.ts'
import { flightOf, turnToRefresh } from './coalesce.ts'
import type { Asked, Exchange } from './exchange.ts'
import { forward } from './forward.ts'
import type { Stale } from './found.ts'
import { NOBODY } from './nobody.ts'
import type { Search } from './search.ts'
import { store } from './store.ts'
import { newWhy } from './why.ts'

/** Fields of a client that the fetch for everyone must not have: they ask for a part, or for nothing when something is as it was. */
const OF_THE_CLIENT: readonly string[] = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since']

/**
 * Whether a stale entry may answer, since it is being fetched anew in the background: by this call, or already.
 * False where its origin does not allow that, the request insists on more, or too much is being refreshed.
 */
export function refreshedBehind(found: LevelFound, search: Search, x: Exchange): boolean {
  const { cache } = search.asked.route.config
  const policy = answerPolicy(found.entry.fields, cache).directives
  if (!usableWhileRevalidating(found.entry, policy, search.directives, search.nowMs)) return false
  const key = flightOf(search.key, found.entry.variant)
  const begun = x.tools.refreshes.begin(key, cache.refreshesAtOnce)
  if (begun === 'begun') x.tools.background('cache.refresh', refresh(found, search, key, x))
  else x.tools.metrics.refreshed(begun)
  return begun !== 'full'
}

/**
 * Fetches a hot entry anew shortly before it expires, so that nobody ever waits for it. Who hits it draws lots: the odds rise towards its end, and
 * begin the earlier the longer its fetch takes (Vattani, Chierichetti, Lowenstein: Optimal probabilistic cache stampede prevention, VLDB 2015).
 */
export function refreshAhead(found: LevelFound, search: Search, x: Exchange): void {
  const { entry } = found
  if (isReady(entry, search.nowMs)) return
  const leftMs = remainingMs(entry, search.nowMs)
  if (leftMs > refreshSpanMs(entry) || x.tools.random.next() > Math.exp(-leftMs / refreshScaleMs(entry))) return
  if (!x.tools.hot.isHot(search.key, x.startedMonotonicMs)) return
  const key = flightOf(search.key, entry.variant)
  if (x.tools.refreshes.begin(key, search.asked.route.config.cache.refreshesAtOnce) !== 'begun') return
  x.tools.background('cache.refresh', refresh(found, search, key, x))
}

async function refresh(stale: LevelFound, search: Search, name: string, x: Exchange): Promise<void> {
  const { asked, key } = search
  const behind: Exchange = {
    ...x,
    reply: NOBODY,
    why: newWhy(x.why.revision),
    wanted: new Abort(),
    incoming: { ...x.incoming, body: null },
  }
  try {
    const turn = await turnToRefresh(stale, search, behind)
    if (turn === null) return x.tools.metrics.refreshed('joined')
    const found: Stale = { kind: 'stale', reason: 'stale', key, entry: stale.entry, ...turn }
    const forEveryone = forAll(asked)
    const forwarded = await forward(forEveryone, found, behind)
    await ended(store(forEveryone, forwarded, found, behind).body)
    x.tools.metrics.refreshed(forwarded.kind === 'answered' ? 'failed' : forwarded.kind)
  } catch (fault) {
    x.tools.metrics.refreshed('failed')
    throw fault
  } finally {
    x.tools.refreshes.end(name)
  }
}

function forAll(asked: Asked): Asked {
  const fields = asked.request.fields.clone()
  for (const name of OF_THE_CLIENT) fields.delete(name)
  return askedOf({ ...asked.request, method: 'GET', fields }, asked.client, asked.route)
}
