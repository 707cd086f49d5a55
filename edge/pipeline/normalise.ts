// Reading stage: makes target and host canonical, once, before matching, keys and forwarding see them. Two spellings of one
// resource must not reach two routes or two cache entries, and no spelling may mean one thing here and another at the origin.

import { EdgeError } from '../base/edge-error.ts'
import type { Exchange, Request } from './exchange.ts'

/** The request made canonical. @throws EdgeError BAD_TARGET, BAD_HOST, TARGET_TOO_LONG, METHOD_UNSUPPORTED */
export function normalise(x: Exchange): Request {
  const { incoming, snapshot } = x
  // A tunnel has no place in a reverse proxy, and its target is no path (RFC 9110 §9.3.6).
  if (incoming.method === 'CONNECT') throw new EdgeError('METHOD_UNSUPPORTED', { method: incoming.method })
  const known = snapshot.targets.get(incoming.target)
  const { fault, form } = known
  if (fault !== null) throw new EdgeError(fault === 'too-long' ? 'TARGET_TOO_LONG' : 'BAD_TARGET', { reason: fault })
  // Authority-form is for CONNECT, asterisk-form for OPTIONS (RFC 9112 §3.2.3, §3.2.4).
  if (form === 'authority' || (form === 'asterisk' && incoming.method !== 'OPTIONS')) throw new EdgeError('BAD_TARGET', { form })
  const authority = authorityOf(x, form === 'absolute' ? known.authority : undefined)
  return {
    method: incoming.method,
    scheme: incoming.scheme,
    host: authority.host,
    authority: authority.text,
    path: known.path,
    query: known.query,
    fields: incoming.fields,
    known,
  }
}

function authorityOf(x: Exchange, absolute: string | undefined): { host: string; text: string } {
  const { fields, httpVersion, scheme, memory } = x.incoming
  const { authorities } = x.snapshot
  // One Host line, whatever the target's form (RFC 9112 §3.2); of several the list is no host.
  const named = fields.get('host')
  if (named === undefined && httpVersion === '1.0' && absolute === undefined) return { host: '', text: '' }
  if (named === undefined && httpVersion === '1.1') throw new EdgeError('BAD_HOST', { host: 'missing' })
  if (named !== undefined) memory.authority = authorities.again(named, memory.authority)
  const field = named === undefined ? null : memory.authority!.found
  if (named !== undefined && field === null) throw new EdgeError('BAD_HOST', { host: named.slice(0, 256) })
  const meant = absolute === undefined ? field : authorities.get(absolute)
  if (meant === null) throw new EdgeError('BAD_HOST', { absolute })
  // RFC 9112 §3.2.2 has the Host of an absolute-form request ignored; one that differs is a smuggling probe, so it is refused.
  if (field !== null && field[scheme] !== meant[scheme]) throw new EdgeError('BAD_HOST', { absolute, host: named })
  return { host: meant.host, text: meant[scheme] }
}
