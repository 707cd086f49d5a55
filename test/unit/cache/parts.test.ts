import t from 'tap'
import type { Entry } from '../../../edge/cache/entry.ts'
import { cutFrom, MAX_PARTS, partsKey, partsOf, withPart } from '../../../edge/cache/parts.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeEntry } from './make-entry.ts'

const WHOLE = '0123456789abcdefghijklmnopqrstuvwxyz'
const ROOM = 1_000

/** An entry of the bytes from `first` to `last`. */
function part(
  first: number,
  last: number,
  changes: Partial<Entry> & { etag?: string | null; more?: Record<string, string>; of?: number } = {},
) {
  const { etag = '"v1"', more = {}, of = WHOLE.length, ...entry } = changes
  const range = { 'Content-Range': `bytes ${first}-${last}/${of}`, Range: `bytes=${first}-${last}` }
  const fields = Fields.of({ 'Content-Type': 'text/plain', ...range, ...(etag === null ? {} : { ETag: etag }), ...more })
  return makeEntry({ status: 206, fields, body: Buffer.from(WHOLE.slice(first, last + 1)), ...entry })
}

const shown = (entry: Entry | null) =>
  entry === null ? null : partsOf(entry)?.slices.map(({ first, last, bytes }) => `${first}-${last}:${Buffer.from(bytes)}`)
const textOf = (entry: Entry | null) => Buffer.from(entry!.body).toString()

t.test('an entry says what it has: all, or parts, or nothing that can be told', async (t) => {
  t.same(partsOf(makeEntry()), { completeBytes: 5, slices: [{ first: 0, last: 4, bytes: makeEntry().body }] })
  t.same(shown(part(3, 5)), ['3-5:345'])
  t.equal(partsOf(part(3, 5))?.completeBytes, 36)
  t.equal(partsOf(makeEntry({ status: 404 })), null)
  t.equal(partsOf(makeEntry({ status: 206 })), null, 'no Content-Range')
  t.equal(partsOf(part(3, 5, { more: { 'Content-Range': 'bytes 3-5/*' } })), null)
  t.equal(partsOf(part(3, 5, { more: { 'Content-Range': 'rubbish' } })), null)
})

t.test('its bytes are cut as views, and not where some are missing', async (t) => {
  const entry = part(3, 8)
  const cut = cutFrom(partsOf(entry)!, [
    { first: 7, last: 8 },
    { first: 3, last: 4 },
  ])!
  t.same(
    cut.map(({ bytes }) => Buffer.from(bytes).toString()),
    ['78', '34'],
  )
  t.equal(cut[0]!.bytes.buffer, entry.body.buffer)
  for (const [first, last] of [
    [2, 3],
    [8, 9],
    [20, 21],
  ] as const)
    t.equal(cutFrom(partsOf(entry)!, [{ first, last }]), null)
})

t.test('parts that touch or overlap become one, others stay apart, and the newer bytes count', async (t) => {
  t.same(shown(withPart(part(3, 5), part(0, 2), ROOM)), ['0-5:012345'])
  t.same(shown(withPart(part(0, 2), part(3, 5), ROOM)), ['0-5:012345'])
  t.same(shown(withPart(part(0, 1), part(3, 5), ROOM)), ['0-1:01', '3-5:345'])
  t.same(shown(withPart(part(2, 3, { body: Buffer.from('XY') }), part(0, 5), ROOM)), ['0-5:01XY45'])
  const apart = withPart(part(8, 9), part(0, 1), ROOM)
  t.same(shown(withPart(part(1, 8, { body: Buffer.from('abcdefgh') }), apart, ROOM)), ['0-9:0abcdefgh9'])
  t.same(apart!.fields.getAll('content-range'), ['bytes 0-1/36', 'bytes 8-9/36'])
  t.notOk(apart!.fields.has('range'), 'it is the answer to no single request any more')
})

t.test('once they make the whole they are the whole', async (t) => {
  const whole = withPart(part(20, 35), withPart(part(10, 19), part(0, 9), ROOM), ROOM)
  t.equal(textOf(whole), WHOLE)
  t.equal(whole!.status, 200)
  for (const name of ['content-range', 'range']) t.notOk(whole!.fields.has(name), name)
  t.equal(withPart(part(0, 35, { etag: null }), null, ROOM)!.status, 200, 'one part may be all of it')
  t.equal(withPart(part(0, 34), null, ROOM)!.status, 206)
})

t.test('only parts of one representation for certain are put together; else the later one stays', async (t) => {
  const alone = ['3-5:345']
  for (const kept of [
    part(0, 2, { etag: '"v2"' }),
    part(0, 2, { etag: null }),
    part(0, 2, { etag: 'W/"v1"' }),
    part(0, 2, { of: 37 }),
    part(0, 3, { body: Buffer.from('012') }),
    makeEntry({ status: 206 }),
  ])
    t.same(shown(withPart(part(3, 5), kept, ROOM)), alone)
  t.same(shown(withPart(part(3, 5, { etag: null }), part(0, 2, { etag: null }), ROOM)), alone)
  t.same(shown(withPart(part(3, 5, { etag: 'W/"v1"' }), part(0, 2, { etag: 'W/"v1"' }), ROOM)), alone)
  t.same(shown(withPart(part(3, 6, { body: Buffer.from('345') }), part(0, 2), ROOM)), alone, 'shorter than it says')
})

t.test('the newer fields count, those it does not bring stay, and a purge that reaches one part reaches all of it', async (t) => {
  const kept = part(0, 2, { fillSeq: 3, tags: ['a', 'b'], more: { A: '1', B: '1' }, requestedAtMs: 0, receivedAtMs: 1 })
  const both = withPart(
    part(3, 5, { fillSeq: 7, tags: ['b', 'c'], more: { B: '2' }, requestedAtMs: 8, receivedAtMs: 9, lifetimeMs: 4 }),
    kept,
    ROOM,
  )!
  t.match([both.fields.get('a'), both.fields.get('b')], ['1', '2'])
  t.match(both, { fillSeq: 3, requestedAtMs: 0, receivedAtMs: 9, lifetimeMs: 4 })
  t.same(both.tags, ['a', 'b', 'c'])
  t.same(shown(kept), ['0-2:012'], 'what was kept is not changed')
})

t.test('parts are bounded in number and bytes, and none is copied together for a crumb', async (t) => {
  let kept: Entry | null = part(0, 0)
  for (let at = 2; at < 2 * MAX_PARTS; at += 2) kept = withPart(part(at, at), kept, ROOM)
  t.equal(shown(kept)?.length, MAX_PARTS)
  t.equal(withPart(part(34, 34), kept, ROOM), null)
  t.equal(withPart(part(1, 1), kept, ROOM)?.status, 206, 'one that joins two is welcome')
  t.equal(withPart(part(10, 19), part(0, 9), 19), null)
  t.ok(withPart(part(10, 19), part(0, 9), 20))
  const large = part(0, 32, { of: 1_000 })
  t.equal(withPart(part(34, 34, { of: 1_000 }), large, ROOM), null)
  t.ok(withPart(part(34, 35, { of: 1_000 }), large, ROOM))
})

t.test('the key of parts is that of nothing else', async (t) => {
  t.not(partsKey('http://a/b'), 'http://a/b')
  t.not(partsKey('http://a/b'), partsKey('http://a/b?r'))
})
