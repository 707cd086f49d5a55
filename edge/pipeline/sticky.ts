// Sticky sessions on the line: who is asked first, and the cookie on the way to this client. It is added to the answer of an origin that is not
// kept, and nowhere else: what is kept is for everybody, and is kept without it.

import { isUsable } from '../balance/ejection.ts'
import type { Peer } from '../balance/peer.ts'
import type { StickyPlan } from '../config/snapshot.ts'
import { cookieValue } from '../http/cookie.ts'
import type { Fields } from '../http/fields.ts'
import type { Asked, Exchange } from './exchange.ts'

/** From here on a peer says that it cannot serve: nobody is bound to it by that. */
const FIRST_FAILING_STATUS = 500

/** The peer that the client's cookie names, if it may be asked; null leaves the choice to the balancer. */
export function stickyPeer({ cookies, config }: StickyPlan, { request }: Asked, x: Exchange): Peer | null {
  const value = cookieValue(request.fields.getAll('cookie'), config.cookie)
  const { clock } = x.tools
  const reading = value === undefined ? null : cookies.read(value, clock.wallMs())
  const usable = reading?.kind === 'named' && isUsable(reading.peer, clock.monotonicMs())
  x.tools.metrics.sticky(x.why.pool, usable ? 'named' : (outcomes.get(reading?.kind) ?? 'none'))
  x.why.sticky = usable && !reading.due ? reading.peer.address : ''
  if (!usable) return null
  return reading.peer
}

/** What is counted where the cookie decides nothing. */
const outcomes: ReadonlyMap<string | undefined, string> = new Map([
  ['named', 'out'],
  ['garbled', 'garbled'],
  ['forged', 'forged'],
  ['ended', 'ended'],
  ['gone', 'gone'],
])

/** Gives the client a cookie for the peer that answered, unless it has one already. @param status of the answer */
export function tellSticky(fields: Fields, status: number, asked: Asked, x: Exchange): void {
  const plan = x.snapshot.pools.get(x.why.pool)?.sticky ?? null
  if (plan === null || status >= FIRST_FAILING_STATUS || x.why.sticky === x.why.peer) return
  const peer = plan.cookies.peerAt(x.why.peer)
  if (peer === null) return
  fields.append('Set-Cookie', setCookie(plan, peer, asked, x))
  // A cache behind us must not hand it to others (RFC 9111 §5.2.2.7).
  if (!/\b(?:no-store|private)\b/i.test(fields.get('cache-control') ?? '')) fields.append('Cache-Control', 'private="Set-Cookie"')
}

function setCookie({ cookies, config }: StickyPlan, peer: Peer, { client }: Asked, x: Exchange): string {
  const { cookie, ttlMs, path, sameSite, secure } = config
  const life = ttlMs === 0 ? '' : `; Max-Age=${Math.ceil(ttlMs / 1_000)}`
  const guard = secure === 'always' || client.scheme === 'https' ? '; Secure' : ''
  return `${cookie}=${cookies.issue(peer, x.tools.clock.wallMs())}; Path=${path}${life}; HttpOnly; SameSite=${sameSite}${guard}`
}
