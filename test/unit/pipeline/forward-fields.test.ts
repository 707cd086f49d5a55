import t from 'tap'
import type { Fields } from '../../../edge/http/fields.ts'
import { forwardFields, newSpan, refuseLoop } from '../../../edge/pipeline/forward-fields.ts'
import { type Asking, Line, TWO_PEERS } from '../../support/exchange-maker.ts'

const open = new Line()
const behindProxies = new Line({ ...TWO_PEERS, clients: { trustedProxies: ['10.0.0.0/8', '2001:db8::/32'] } })
const behindForwarded = new Line({ ...TWO_PEERS, clients: { trustedProxies: ['10.0.0.0/8'], addressField: 'forwarded' } })

function sent(asking: Asking, line = open): Fields {
  const { asked, x } = line.asked(asking)
  return forwardFields(asked, asked.request.fields, x)
}

const LIES = {
  'X-Forwarded-For': '192.0.2.1',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'evil.example',
  'X-Forwarded-Port': '1',
  'X-Forwarded-Anything': 'x',
  X_Forwarded_For: '192.0.2.1',
  Forwarded: 'for=192.0.2.1;host=evil.example',
  'X-Real-IP': '192.0.2.1',
  X_Real_IP: '192.0.2.1',
  'True-Client-IP': '192.0.2.1',
  'X-Original-URL': '/admin',
  'X-Rewrite-URL': '/admin',
  'X-Host': 'evil.example',
  Proxy: 'http://evil.example',
  Content_Length: '5',
}

t.test('what a stranger says of the client is dropped, in every spelling; what we say takes its place', async (t) => {
  const fields = sent({ headers: LIES })
  t.equal(fields.get('x-forwarded-for'), '198.51.100.7')
  t.equal(fields.get('x-forwarded-proto'), 'http')
  t.equal(fields.get('x-forwarded-host'), 'shop.example')
  t.notOk(fields.has('x-real-ip'))
  t.equal(fields.get('forwarded'), 'for=198.51.100.7;host=shop.example;proto=http')
  t.notMatch(fields.toRaw().join('\n'), /192\.0\.2\.1|evil|admin|anything|content_length/i)
})

t.test('to what a trusted proxy says, the proxy is appended, in both fields alike', async (t) => {
  const headers = { ...LIES, 'X-Forwarded-For': '192.0.2.1, 203.0.113.9' }
  const fields = sent({ from: '10.0.0.1', headers }, behindProxies)
  t.equal(fields.get('x-forwarded-for'), '192.0.2.1, 203.0.113.9, 10.0.0.1')
  t.equal(fields.get('forwarded'), 'for=192.0.2.1;proto=https, for=203.0.113.9, for=10.0.0.1;host=shop.example')
  t.equal(fields.get('x-forwarded-proto'), 'https')
  t.equal(fields.get('x-forwarded-host'), 'shop.example', 'the host is ours to say: it is in the key')
  t.equal(fields.get('x-real-ip'), '203.0.113.9', 'the client as we know it')
  t.equal(fields.get('true-client-ip'), '192.0.2.1')
  t.notOk(fields.has('x-original-url'))
})

t.test('only the field that trusted proxies write is believed, and the other is made anew from it', async (t) => {
  const headers = { Forwarded: 'for="[2001:db8::7]:4711";proto=https, for=_hidden', 'X-Forwarded-For': '192.0.2.1' }
  const fields = sent({ from: '10.0.0.1', headers }, behindForwarded)
  t.equal(fields.get('x-forwarded-for'), '2001:db8::7, unknown, 10.0.0.1')
  t.match(fields.get('forwarded'), /^for="\[2001:db8::7\]";proto=http, for=unknown, for=10\.0\.0\.1;host=shop\.example$/)
  const broken = sent({ from: '10.0.0.1', headers: { Forwarded: 'for=192.0.2.1;;for' } }, behindForwarded)
  t.equal(broken.get('x-forwarded-for'), '10.0.0.1', 'a malformed field is none')
})

t.test('an IPv6 peer is bracketed and quoted, a mapped one is IPv4, a socket without address is unknown', async (t) => {
  t.match(sent({ from: '2001:db8::1' }).get('forwarded'), /^for="\[2001:db8::1\]";/)
  t.equal(sent({ from: '::ffff:198.51.100.7' }).get('x-forwarded-for'), '198.51.100.7')
  t.equal(sent({ from: '' }).get('x-forwarded-for'), 'unknown')
  t.match(sent({ from: '' }).get('forwarded'), /^for=unknown/)
})

t.test('a request without Host names none', async (t) => {
  const fields = sent({ version: '1.0', headers: { Host: null } })
  t.notOk(fields.has('x-forwarded-host'))
  t.equal(fields.get('forwarded'), 'for=198.51.100.7;proto=http')
  t.equal(fields.get('via'), '1.0 edge-1')
})

t.test('hop-by-hop fields, framing and Expect end here; what the client asks passes', async (t) => {
  const fields = sent({
    method: 'POST',
    headers: {
      Connection: 'close, X-Mine, X-Forwarded-For',
      'X-Mine': '1',
      TE: 'trailers',
      Upgrade: 'h2c',
      'Content-Length': '5',
      Expect: '100-continue',
      'Content-Type': 'text/plain',
      Cookie: ['a=1', 'b=2'],
      Accept_Underscore: 'kept',
    },
  })
  for (const name of ['connection', 'x-mine', 'te', 'upgrade', 'content-length', 'expect', 'host']) t.notOk(fields.has(name), name)
  t.equal(fields.get('content-type'), 'text/plain')
  t.same(fields.getAll('cookie'), ['a=1', 'b=2'])
  t.ok(fields.has('accept_underscore'))
  t.ok(fields.has('x-forwarded-for'), 'Connection cannot take our own fields away')
})

t.test('Via and CDN-Loop grow by us, and the exchange has its id', async (t) => {
  const fields = sent({ headers: { Via: '1.0 fred', 'CDN-Loop': 'other; a="b,c"' } })
  t.equal(fields.get('via'), '1.0 fred, 1.1 edge-1')
  t.equal(fields.get('cdn-loop'), 'other; a="b,c", edge-1')
  t.match(fields.get('x-request-id'), /^x-/)
})

t.test('a request that has been here is refused, one that only looks so is not', async (t) => {
  const refuse = (value: string) => () => {
    const { asked, x } = open.asked({ headers: { 'CDN-Loop': value } })
    refuseLoop(asked.request, x)
  }
  t.throws(refuse('other, EDGE-1; x=y'), { code: 'LOOP' })
  t.throws(refuse('a b'), { code: 'BAD_LOOP_FIELD' })
  t.doesNotThrow(refuse('other; via="edge-1"'))
  t.doesNotThrow(refuse('edge-10'))
})

const TRACE = '0af7651916cd43dd8448eb211c80319c'

t.test('a trace goes on under a span of our own, with its state', async (t) => {
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, tracestate: ['a=1', 'b=2'] }
  const fields = sent({ headers })
  const [, traceId, span, flags] = fields.get('traceparent')!.split('-')
  t.same([traceId, flags], [TRACE, '01'])
  t.not(span, 'b7ad6b7169203331')
  t.equal(fields.get('tracestate'), 'a=1,b=2')
})

t.test('without a readable trace a new one begins, and the old state goes', async (t) => {
  for (const traceparent of [`00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`, [`00-${TRACE}-b7ad6b7169203331-01`, 'x'], '']) {
    const fields = sent({ headers: { traceparent, tracestate: 'a=1' } })
    t.match(fields.get('traceparent'), /^00-[0-9a-f]{32}-[0-9a-f]{16}-02$/)
    t.not(fields.get('traceparent')!.slice(3, 35), TRACE)
    t.notOk(fields.has('tracestate'))
  }
})

t.test('a second try has a span of its own in the same trace', async (t) => {
  const { asked, x } = open.asked()
  const fields = forwardFields(asked, asked.request.fields, x)
  const first = fields.get('traceparent')!
  newSpan(fields, x)
  t.equal(fields.get('traceparent')!.slice(0, 36), first.slice(0, 36))
  t.not(fields.get('traceparent'), first)
})
