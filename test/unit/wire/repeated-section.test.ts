import t from 'tap'
import { RepeatedSection } from '../../../edge/wire/repeated-section.ts'
import { RequestParser } from '../../../edge/wire/request-parser.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import { WIDE_LIMITS } from '../../support/wire-reading.ts'

const SECTION = Buffer.from('Host: a\r\nB: c\r\n\r\n')

/** One that holds a section. */
function holding(): RepeatedSection {
  const last = new RepeatedSection()
  t.notOk(last.wants(SECTION.length), 'not that of the first request')
  t.ok(last.wants(SECTION.length))
  last.hold(SECTION, 0, SECTION.length, ['Host', 'a', 'B', 'c'])
  return last
}

t.test('the same bytes are known again, wherever they lie, and no others', async (t) => {
  const last = holding()
  t.equal(last.end(SECTION, 0, SECTION.length), SECTION.length)
  t.same(last.raw, ['Host', 'a', 'B', 'c'])
  t.equal(last.end(Buffer.concat([Buffer.from('abc'), SECTION, Buffer.from('more')]), 3, SECTION.length + 7), SECTION.length + 3)
  t.equal(last.end(SECTION, 0, SECTION.length - 1), 0, 'not all here')
  for (let at = 0; at < SECTION.length; at++) {
    const other = Buffer.from(SECTION)
    other[at]! ^= 1
    t.equal(last.end(other, 0, other.length), 0, `another octet at ${at}`)
  }
  last.forget()
  t.equal(last.end(SECTION, 0, SECTION.length), 0)
})

t.test('what is held is a copy', async (t) => {
  const bytes = Buffer.from(SECTION)
  const last = new RepeatedSection()
  last.hold(bytes, 0, bytes.length, [])
  bytes.fill(0)
  t.equal(last.end(SECTION, 0, SECTION.length), SECTION.length)
})

t.test('a long section is not held', async (t) => {
  const last = new RepeatedSection()
  last.wants(1)
  t.notOk(last.wants(2_049))
  t.ok(last.wants(2_048))
})

t.test('where it does not help it is tried ever more seldom, and at once again where it does', async (t) => {
  const last = new RepeatedSection()
  const held: number[] = []
  for (let i = 0; i < 300; i++) {
    last.forget()
    if (!last.wants(SECTION.length)) continue
    last.hold(SECTION, 0, SECTION.length, [])
    held.push(i)
  }
  t.same(held, [1, 4, 9, 18, 35, 68, 133, 198, 263])
  last.hold(SECTION, 0, SECTION.length, [])
  last.end(SECTION, 0, SECTION.length)
  last.forget()
  t.same([last.wants(1), last.wants(1)], [false, true])
})

/** What a parser makes of some bytes. */
function read(parser: RequestParser, text: string) {
  const bytes = Buffer.from(text, 'latin1')
  const head = parser.read(bytes, 0)
  t.equal(parser.taken, bytes.length)
  return head instanceof WireFault ? head.rule : head
}

t.test('a request is read the same whether its section was known or not', async (t) => {
  const parser = new RequestParser(WIDE_LIMITS)
  const of = (line: string) => `${line}\r\n${SECTION}`
  const heads = ['GET /1 HTTP/1.1', 'GET /2 HTTP/1.1', '\r\nPUT /3?a HTTP/1.1', 'GET /4 HTTP/1.0'].map((line) => read(parser, of(line)))
  t.match(heads, [
    { method: 'GET', target: '/1', repeated: false },
    { method: 'GET', target: '/2', repeated: false },
    { method: 'PUT', target: '/3?a', repeated: true, persistent: true },
    { method: 'GET', target: '/4', repeated: true, persistent: false, version: '1.0' },
  ])
  for (const head of heads) t.match(head, { raw: ['Host', 'a', 'B', 'c'] })
  t.match(read(parser, 'POST /5 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n'), {
    repeated: false,
    framing: { kind: 'length', bytes: 2 },
  })
  t.match(read(parser, of('GET /6 HTTP/1.1')), { repeated: false, framing: { kind: 'none' } })
})

t.test('a head that came in pieces leaves nothing behind that the next could be taken for', async (t) => {
  const parser = new RequestParser(WIDE_LIMITS)
  for (let i = 0; i < 3; i++) read(parser, `GET /${i} HTTP/1.1\r\n${SECTION}`)
  t.equal(parser.read(Buffer.from('GET /x HTTP/1.1\r\nHost: a\r\nContent-'), 0), null)
  t.match(read(parser, 'Length: 7\r\n\r\n'), { framing: { kind: 'length', bytes: 7 } })
  t.match(read(parser, `GET /y HTTP/1.1\r\n${SECTION}`), { framing: { kind: 'none' }, repeated: false })
})

t.test('what is forgotten is read again', async (t) => {
  const parser = new RequestParser(WIDE_LIMITS)
  for (let i = 0; i < 3; i++) read(parser, `GET /${i} HTTP/1.1\r\n${SECTION}`)
  parser.forget()
  t.match(read(parser, `GET /x HTTP/1.1\r\n${SECTION}`), { repeated: false, raw: ['Host', 'a', 'B', 'c'] })
})
