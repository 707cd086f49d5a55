// The fields of a request as the origin gets them: rebuilt, never copied. What names the client comes from us alone, since an origin
// believes it; what only proxies on this hop may say is removed.

import { EdgeError } from '../base/edge-error.ts'
import type { Client } from '../client/client-class.ts'
import { parseAddress } from '../http/address.ts'
import { appendCdnLoop, countCdnLoop } from '../http/cdn-loop.ts'
import type { Fields } from '../http/fields.ts'
import { formatForwardedElement, forwardedNode } from '../http/forwarded.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'
import { formatTraceparent, nextTraceContext, parseTraceparent, RANDOM } from '../http/trace-context.ts'
import { forwardTraceState } from '../http/trace-state.ts'
import { appendVia } from '../http/via.ts'
import type { Exchange, Request } from './exchange.ts'

/** Fields that no client may set: origins and frameworks take them for the word of a proxy (hostile inputs of caches and routers). */
const NEVER_FROM_CLIENTS: readonly string[] = [
  'x-original-url',
  'x-rewrite-url',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-server',
  'x-original-host',
  'x-host',
  'proxy',
]
/** Fields that name the client and how it came; believed from trusted proxies only. */
const NAME_THE_CLIENT: readonly string[] = ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'x-real-ip']

/** Refuses a request that has been here before (RFC 8586). @throws EdgeError LOOP, BAD_LOOP_FIELD */
export function refuseLoop(request: Request, x: Exchange): void {
  const lines = request.fields.getAll('cdn-loop')
  if (lines.length === 0) return
  const seen = countCdnLoop(lines, x.tools.edgeId)
  if (seen === null) throw new EdgeError('BAD_LOOP_FIELD')
  if (seen > 0) throw new EdgeError('LOOP', { edge: x.tools.edgeId })
}

/** The fields to send to the origin, without Host, Content-Length and framing. */
export function forwardFields(request: Request, client: Client, x: Exchange): Fields {
  const fields = withoutHopByHop(request.fields)
  for (const name of ['host', 'content-length', 'expect', ...NEVER_FROM_CLIENTS]) fields.delete(name)
  if (!client.trustedPeer) for (const name of NAME_THE_CLIENT) fields.delete(name)
  nameClient(fields, request, x)
  appendVia(fields, x.incoming.httpVersion, x.tools.edgeId)
  appendCdnLoop(fields, x.tools.edgeId)
  trace(fields, x)
  fields.set('X-Request-Id', x.id)
  return fields
}

function nameClient(fields: Fields, request: Request, x: Exchange): void {
  const peer = x.incoming.peerAddress
  appendToList(fields, 'X-Forwarded-For', peer)
  if (!fields.has('x-forwarded-proto')) fields.append('X-Forwarded-Proto', request.scheme)
  if (!fields.has('x-forwarded-host') && request.authority !== '') fields.append('X-Forwarded-Host', request.authority)
  const address = parseAddress(peer)
  const node = address === null ? 'unknown' : forwardedNode(address)
  const element = formatForwardedElement({
    for: node,
    proto: request.scheme,
    ...(request.authority === '' ? {} : { host: request.authority }),
  })
  appendToList(fields, 'Forwarded', element)
}

function trace(fields: Fields, x: Exchange): void {
  const line = fields.count('traceparent') === 1 ? fields.get('traceparent') : undefined
  const parent = line === undefined ? null : parseTraceparent(line)
  // tracestate belongs to the trace it came with: a new trace starts without (W3C Trace Context §4.3).
  const state = parent === null ? null : forwardTraceState(fields.getAll('tracestate'))
  if (state === null) fields.delete('tracestate')
  else fields.set('tracestate', state)
  const context = parent ?? { traceId: x.tools.random.hex(16), parentId: '', flags: RANDOM }
  fields.set('traceparent', formatTraceparent(nextTraceContext(context, x.tools.random.hex(8))))
}

function appendToList(fields: Fields, name: string, member: string): void {
  const before = fields.get(name.toLowerCase())
  fields.set(name, before === undefined || before === '' ? member : `${before}, ${member}`)
}
