// The fields of a request as the origin gets them: rebuilt, never copied. What names the client comes from us alone, since an origin
// believes it; and what an origin may build its answer from (host, scheme) must be in the cache key, or one client writes another's page.

import { EdgeError } from '../base/edge-error.ts'
import type { ClientAddressRule } from '../client/client-address.ts'
import { CLIENT_FIELD, PURGED_FIELD } from '../contract/edge-fields.ts'
import { type Address, formatAddress, parseAddress } from '../http/address.ts'
import { appendCdnLoop, countCdnLoop } from '../http/cdn-loop.ts'
import { Fields } from '../http/fields.ts'
import { formatForwardedElement, forwardedNode, nodeAddress, parseForwarded, parseXForwardedFor } from '../http/forwarded.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'
import { formatTraceparent, nextTraceContext, parseTraceparent, RANDOM } from '../http/trace-context.ts'
import { forwardTraceState } from '../http/trace-state.ts'
import { appendVia } from '../http/via.ts'
import type { Introduction } from './connection-memory.ts'
import type { Asked, Exchange, Request } from './exchange.ts'

/** Bytes of the ids of a trace and of a span (W3C Trace Context §3.2.2). */
const TRACE_BYTES = 16
const SPAN_BYTES = 8
/** Fields that are made here or nowhere: framing, and what origins and frameworks take for the word of a proxy. X-Forwarded-* too. */
const NEVER_PASSED: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'transfer-encoding', 'expect'],
  ...['forwarded', 'forwarded-for', 'x-forwarded', 'x-forward-for', 'x-forwarder-for', 'x-real-ip', 'x-remote-ip', 'x-remote-addr'],
  ...['x-host', 'x-http-host-override', 'x-host-override', 'x-backend-host', 'x-proxy-host', 'x-proxy-url', 'x-scheme', 'x-url-scheme'],
  ...[CLIENT_FIELD, PURGED_FIELD],
  ...['front-end-https', 'x-arr-ssl', 'x-http-destinationurl', 'x-middleware-subrequest', 'base-url', 'request-uri', 'proxy'],
])
// Where a proxy says what was asked of it: target, host, method and way, under all the names that frameworks have read.
const NEVER_PASSED_PREFIXES: readonly string[] = ['x-forwarded-', 'x-original-', 'x-originating-', 'x-rewrite-']
/** What is believed from trusted proxies: names that some give the client's address, and the mark of mirrored requests. */
const FROM_TRUSTED_ONLY: ReadonlySet<string> = new Set([
  ...['true-client-ip', 'x-client-ip', 'x-cluster-client-ip', 'cf-connecting-ip'],
  // The mark of a copy: an origin may leave out what copies must not do.
  'x-weir-mirror',
])

/** One bit for each letter that a guarded name begins with: most names are ruled out by it. */
const GUARDED_INITIALS = [...NEVER_PASSED, ...FROM_TRUSTED_ONLY, ...NEVER_PASSED_PREFIXES].reduce((bits, name) => bits | initial(name), 0)

/** Refuses a request that has been here before (RFC 8586). @throws EdgeError LOOP, BAD_LOOP_FIELD */
export function refuseLoop(request: Request, x: Exchange): void {
  const lines = request.fields.getAll('cdn-loop')
  if (lines.length === 0) return
  const seen = countCdnLoop(lines, x.tools.edgeId)
  if (seen === null) throw new EdgeError('BAD_LOOP_FIELD')
  if (seen > 0) throw new EdgeError('LOOP', { edge: x.tools.edgeId })
}

/** The fields to send to the origin, without Host, Content-Length and framing. @param sent of the request: as it came, or as it is shared */
export function forwardFields(asked: Asked, sent: Fields, x: Exchange): Fields {
  const { client } = asked
  const from = client.trustedPeer ? 'trusted' : 'anyone'
  const lines = withoutHopByHop(sent).lines
  const passed: string[] = []
  for (let i = 0; i < lines.length; i += 2) {
    const name = lines[i]!
    if ((GUARDED_INITIALS & initial(name)) === 0 || mayPass(name, from)) passed.push(name, lines[i + 1]!)
  }
  const fields = Fields.adopt(passed)
  nameClient(fields, asked, x)
  appendVia(fields, x.incoming.httpVersion, x.tools.edgeId)
  appendCdnLoop(fields, x.tools.edgeId)
  trace(fields, x)
  fields.set('X-Request-Id', x.id)
  return fields
}

/** Gives a request that is sent again a span of its own, in the same trace. */
export function newSpan(fields: Fields, x: Exchange): void {
  const context = parseTraceparent(fields.get('traceparent')!)!
  fields.set('traceparent', formatTraceparent(nextTraceContext(context, x.tools.random.hex(SPAN_BYTES))))
}

function initial(name: string): number {
  return 1 << (name.charCodeAt(0) & 31)
}

function mayPass(name: string, from: 'trusted' | 'anyone'): boolean {
  // CGI and what came after it read `_` as `-`, so X_Forwarded_For would be the field that is guarded here.
  const meant = name.toLowerCase().replaceAll('_', '-')
  if (NEVER_PASSED.has(meant) || NEVER_PASSED_PREFIXES.some((prefix) => meant.startsWith(prefix))) return false
  return from === 'trusted' || !FROM_TRUSTED_ONLY.has(meant)
}

function nameClient(fields: Fields, asked: Asked, x: Exchange): void {
  const { request, client } = asked
  const { address, forwarded } = introductionOf(asked, x)
  fields.set('X-Forwarded-For', address)
  fields.set('X-Forwarded-Proto', client.scheme)
  if (request.authority !== '') fields.set('X-Forwarded-Host', request.authority)
  if (request.fields.has('x-real-ip') && client.trustedPeer) fields.set('X-Real-IP', client.address)
  fields.set('Forwarded', forwarded)
}

// Who comes to us directly is named alike in each request of its connection.
function introductionOf(asked: Asked, x: Exchange): Introduction {
  const { request, client } = asked
  const { memory, peerAddress } = x.incoming
  if (client.trustedPeer) {
    return introduction([...hopsBefore(request, x.snapshot.clients.addressRule), parseAddress(peerAddress)], asked)
  }
  const told = memory.introduction
  if (told !== null && told.scheme === client.scheme && told.authority === request.authority) return told
  memory.introduction = introduction([parseAddress(peerAddress)], asked)
  return memory.introduction
}

// Both lists are made from one walk, so that they cannot tell two stories; null is a hop that nobody can name.
function introduction(hops: readonly (Address | null)[], { request, client }: Asked): Introduction {
  const { authority } = request
  const { scheme } = client
  const elements = hops.map((hop, at) =>
    formatForwardedElement({
      for: hop === null ? 'unknown' : forwardedNode(hop),
      ...(at === 0 ? { proto: scheme } : {}),
      ...(at === hops.length - 1 && authority !== '' ? { host: authority } : {}),
    }),
  )
  const address = hops.map((hop) => (hop === null ? 'unknown' : formatAddress(hop))).join(', ')
  return { scheme, authority, address, forwarded: elements.join(', ') }
}

/** What trusted proxies say of the way to them, the farthest first; of the two fields only the one they are known to write. */
function hopsBefore({ fields }: Request, rule: ClientAddressRule): readonly (Address | null)[] {
  if (rule.field === 'x-forwarded-for') return parseXForwardedFor(fields.getAll('x-forwarded-for')).map(nodeAddress)
  return (parseForwarded(fields.getAll('forwarded')) ?? []).map((element) => nodeAddress(element.for ?? ''))
}

function trace(fields: Fields, x: Exchange): void {
  const line = fields.count('traceparent') === 1 ? fields.get('traceparent') : undefined
  const parent = line === undefined ? null : parseTraceparent(line)
  // tracestate belongs to the trace it came with: a new trace starts without (W3C Trace Context §4.3).
  const state = parent === null ? null : forwardTraceState(fields.getAll('tracestate'))
  if (state === null) fields.delete('tracestate')
  else fields.set('tracestate', state)
  const ids = x.tools.random.hex(parent === null ? SPAN_BYTES + TRACE_BYTES : SPAN_BYTES)
  const context = parent ?? { traceId: ids.slice(2 * SPAN_BYTES), parentId: '', flags: RANDOM }
  fields.set('traceparent', formatTraceparent(nextTraceContext(context, ids.slice(0, 2 * SPAN_BYTES))))
}
