import t, { type Test } from 'tap'
import type { RequestHead } from '../../../edge/wire/message.ts'
import { RequestParser } from '../../../edge/wire/request-parser.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import { readRequests, WIDE_LIMITS } from '../../support/wire-reading.ts'
import { readAnyCut } from './read-any-cut.ts'

const read = (t: Test, text: string, limits = WIDE_LIMITS) => readAnyCut(t, text, (bytes, cuts) => readRequests(bytes, cuts, limits))

/** The head that a text is, or the rule that it breaks. */
function head(t: Test, text: string): RequestHead | string {
  const { messages, rule } = read(t, text)
  return rule ?? messages[0]!.head
}

const get = (...lines: string[]) => `GET / HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`

t.test('a head is read into its parts', async (t) => {
  t.strictSame(head(t, 'GET /a?b HTTP/1.1\r\nHost: shop.example\r\nx-Y:  z \r\n\r\n'), {
    method: 'GET',
    target: '/a?b',
    version: '1.1',
    raw: ['Host', 'shop.example', 'x-Y', 'z'],
    repeated: false,
    framing: { kind: 'none' },
    persistent: true,
    expectsContinue: false,
    upgrade: null,
  })
  t.strictSame(head(t, '\r\nPOST * HTTP/1.0\r\nContent-Length: 5\r\n\r\n'), {
    method: 'POST',
    target: '*',
    version: '1.0',
    raw: ['Content-Length', '5'],
    repeated: false,
    framing: { kind: 'length', bytes: 5 },
    persistent: false,
    expectsContinue: false,
    upgrade: null,
  })
})

t.test('requests follow each other, each with its own body', async (t) => {
  const text = [
    'POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET ',
    '\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4;x\r\nGET \r\n0\r\nA: b\r\n\r\n',
    'GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    'GET /4 HTTP/1.1\r\nHost: a\r\n\r\n',
  ]
  const { messages, rule } = read(t, text.join(''))
  t.equal(rule, null)
  t.same(
    messages.map(({ head: { target }, body, endsAt }) => [target, body, endsAt]),
    [
      ['/1', 'GET ', text[0]!.length],
      ['/2', 'GET ', text[0]!.length + text[1]!.length],
      ['/3', '', text[0]!.length + text[1]!.length + text[2]!.length],
    ],
    'and none behind the last one',
  )
})

t.test('nothing of one head is left in the next', async (t) => {
  const first =
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n'
  const { messages } = read(t, `${first}\r\n${get()}`)
  t.strictSame(messages[1]!.head, readRequests(Buffer.from(get())).messages[0]!.head)
})

t.test('HTTP/1.1 has one Host, HTTP/1.0 one or none', async (t) => {
  const withHosts = (version: string, hosts: number) => head(t, `GET / HTTP/${version}\r\n${'Host: a\r\n'.repeat(hosts)}\r\n`)
  t.equal(withHosts('1.1', 0), 'host-missing')
  t.match(withHosts('1.1', 1), { raw: ['Host', 'a'] })
  t.equal(withHosts('1.1', 2), 'host-repeated')
  t.match(withHosts('1.0', 0), { raw: [] })
  t.match(withHosts('1.0', 1), { raw: ['Host', 'a'] })
  t.equal(withHosts('1.0', 2), 'host-repeated')
  t.match(head(t, 'GET / HTTP/1.1\r\nHost:\r\n\r\n'), { raw: ['Host', ''] }, 'what it may say is read later')
})

t.test('a client waits for 100 when it says so, has a body and knows what that is', async (t) => {
  const expects = (version: string, ...lines: string[]) => {
    const found = head(t, `POST / HTTP/${version}\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`)
    return typeof found === 'string' ? found : found.expectsContinue
  }
  t.equal(expects('1.1', 'Expect: 100-continue', 'Content-Length: 5'), true)
  t.equal(expects('1.1', 'expect:100-CONTINUE ', 'Transfer-Encoding: chunked'), true)
  t.equal(expects('1.1', 'Expect: 100-continue'), false)
  t.equal(expects('1.1', 'Expect: 100-continue', 'Content-Length: 0'), false)
  t.equal(expects('1.0', 'Expect: 100-continue', 'Content-Length: 5'), false)
  t.equal(expects('1.1', 'Content-Length: 5'), false)
  for (const value of ['', '100', '100-continue, 100-continue', '100-continue;a', 'x'])
    t.equal(expects('1.1', `Expect: ${value}`, 'Content-Length: 5'), 'expectation', value)
  t.equal(expects('1.1', 'Expect: 100-continue', 'Expect: 100-continue'), 'expectation')
  t.equal(expects('1.0', 'Expect: x'), 'expectation')
})

t.test('a WebSocket is asked for by a GET of HTTP/1.1 without a body that names it in both fields', async (t) => {
  const upgrade = (line: string, ...lines: string[]) => {
    const found = head(t, `${line}\r\nHost: a\r\n${lines.map((each) => `${each}\r\n`).join('')}\r\n`)
    return typeof found === 'string' ? found : found.upgrade
  }
  const asked = ['Connection: Upgrade', 'Upgrade: WebSocket']
  t.equal(upgrade('GET / HTTP/1.1', ...asked), 'websocket')
  t.equal(upgrade('GET / HTTP/1.1', 'Connection: a', 'Upgrade: websocket', 'Connection: b, upgrade'), 'websocket')
  t.equal(upgrade('GET / HTTP/1.1', ...asked, 'Content-Length: 0'), 'websocket')
  t.equal(upgrade('GET / HTTP/1.0', ...asked), null)
  t.equal(upgrade('POST / HTTP/1.1', ...asked), null)
  t.equal(upgrade('get / HTTP/1.1', ...asked), null)
  t.equal(upgrade('GET / HTTP/1.1', ...asked, 'Content-Length: 5'), null)
  t.equal(upgrade('GET / HTTP/1.1', ...asked, 'Transfer-Encoding: chunked'), null)
  t.equal(upgrade('GET / HTTP/1.1', 'Upgrade: websocket'), null)
  t.equal(upgrade('GET / HTTP/1.1', 'Connection: upgrade'), null)
  t.equal(upgrade('GET / HTTP/1.1', 'Connection: upgrade', 'Upgrade: h2c'), null)
  t.equal(upgrade('GET / HTTP/1.1', 'Connection: upgrade', 'Upgrade: websocket, h2c'), null)
  t.equal(upgrade('GET / HTTP/1.1', ...asked, 'Upgrade: websocket'), null)
})

t.test('the method PRI is for HTTP/2, and no other spelling of it', async (t) => {
  t.equal(head(t, 'PRI / HTTP/1.1\r\nHost: a\r\n\r\n'), 'method-reserved')
  t.equal(head(t, 'PRI * HTTP/1.0\r\n\r\n'), 'method-reserved')
  t.match(head(t, 'PRIX / HTTP/1.1\r\nHost: a\r\n\r\n'), { method: 'PRIX' })
  t.match(head(t, 'pri / HTTP/1.1\r\nHost: a\r\n\r\n'), { method: 'pri' })
})

t.test('the rule of the body is told before those of the other fields', async (t) => {
  t.equal(head(t, 'POST / HTTP/1.1\r\nContent-Length: x\r\nExpect: y\r\n\r\n'), 'length')
  t.equal(head(t, 'POST / HTTP/1.1\r\nExpect: y\r\n\r\n'), 'host-missing')
})

t.test('each limit lets through what has its size, and no more', async (t) => {
  const text = 'GET /abc HTTP/1.1\r\nHost: shop.example\r\nA: b\r\n\r\n'
  const fits = { maxHeadBytes: text.length, maxTargetBytes: 4, maxFieldBytes: 18, maxFields: 2 }
  t.equal(read(t, text + text, fits).messages.length, 2)
  t.equal(read(t, text, { ...fits, maxHeadBytes: text.length - 1 }).rule, 'head-too-large')
  t.equal(read(t, text, { ...fits, maxTargetBytes: 3 }).rule, 'target-too-long')
  t.equal(read(t, text, { ...fits, maxFieldBytes: 17 }).rule, 'field-too-large')
  t.equal(read(t, text, { ...fits, maxFields: 1 }).rule, 'too-many-fields')
})

t.test('a head has begun with its first byte behind an empty line', async (t) => {
  const parser = new RequestParser(WIDE_LIMITS)
  const begun = (bytes: string) => {
    const found = parser.read(Buffer.from(bytes), 0)
    t.notOk(found instanceof WireFault)
    return parser.begun
  }
  t.notOk(parser.begun)
  t.notOk(begun('\r\n'))
  t.ok(begun('G'))
  t.ok(begun('ET / HTTP/1.1\r\nHost: a\r\n\r'))
  t.notOk(begun('\n'), 'it is over')
  t.notOk(begun(`\r\n${get()}`))
  t.ok(begun('G'))
})

t.test('what was taken ends with the head', async (t) => {
  const parser = new RequestParser(WIDE_LIMITS)
  const chunk = Buffer.from(`xx${get()}body`)
  t.ok(parser.read(chunk, 2))
  t.equal(parser.taken, chunk.length - 4)
  t.equal(parser.read(chunk.subarray(0, 9), 2), null)
  t.equal(parser.taken, 9)
})
