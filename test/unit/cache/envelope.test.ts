import { crc32 } from 'node:zlib'
import t from 'tap'
import { CODING } from '../../../edge/cache/body-coding.ts'
import { owned } from '../../../edge/cache/entry.ts'
import {
  decodeWhole,
  ENVELOPE_VERSION,
  encodeEnvelope,
  encodeWhole,
  MAX_BODY_BYTES,
  openEnvelope,
  type StoredBody,
} from '../../../edge/cache/envelope.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

const KEY = 'https://shop.example/p/1?größe=1\0hx\x002:ab'
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i)

const FULL = makeEntry({
  status: 404,
  fields: Fields.of({ Date: 'x', Link: ['<a>', '<b>'], 'X-Bytes': '\xe4\xff', 'x-empty': '' }),
  body: EVERY_BYTE,
  requestedAtMs: RECEIVED_AT_MS - 1.5,
  ageOnReceiptMs: 2 ** 41,
  staleIfErrorMs: 5_000,
  mustRevalidate: true,
  noCache: true,
  varyNames: ['accept', 'x-a'],
  variant: 'accept:x\0x-a\0',
  tags: ['shop', 'product-1'],
  fillSeq: 2 ** 40 + 1,
})

t.test('an entry comes back as it was, every byte of it', async (t) => {
  const back = decodeWhole(KEY, encodeWhole(KEY, FULL)!)
  t.same(back?.fields.toRaw(), FULL.fields.toRaw())
  t.same({ ...back, fields: null }, { ...FULL, fields: null })
})

t.test('flags, absent numbers and empty parts come back too', async (t) => {
  const entry = makeEntry({ body: new Uint8Array(0), fields: Fields.of() })
  const back = decodeWhole(KEY, encodeWhole(KEY, entry)!)
  t.match(back, { mustRevalidate: false, noCache: false, staleIfErrorMs: null, tags: [], varyNames: [], variant: '' })
  t.same([back?.body.length, back?.fields.size], [0, 0])
})

t.test('an entry for good does not hold on to the bytes it came in', async (t) => {
  const envelope = encodeWhole(KEY, FULL)!
  const chunk = new Uint8Array(65_536)
  chunk.set(envelope, 777)
  const back = decodeWhole(KEY, chunk.subarray(777, 777 + envelope.length))
  t.equal(back?.body.buffer.byteLength, 256)
  chunk.fill(0)
  t.same(back?.body, EVERY_BYTE)
})

t.test('an envelope for another key is none', async (t) => {
  t.equal(decodeWhole('https://shop.example/p/2', encodeWhole(KEY, FULL)!), null)
})

t.test('any byte that changed, and any length that is wrong, makes it none', async (t) => {
  const envelope = encodeWhole(KEY, FULL)!
  for (let at = 0; at < envelope.length; at++) {
    const broken = Buffer.from(envelope)
    broken[at]! ^= 0x41
    if (decodeWhole(KEY, broken) !== null) t.fail(`byte ${at} may change unseen`)
  }
  for (let bytes = 0; bytes < envelope.length; bytes++) {
    if (decodeWhole(KEY, envelope.subarray(0, bytes)) !== null) t.fail(`cut to ${bytes} it still passes`)
  }
  t.equal(decodeWhole(KEY, Buffer.concat([envelope, Buffer.alloc(1)])), null)
})

/** An envelope whose checksum is right though its numbers are not, as a faulty writer would make it. */
function forged(change: (envelope: Buffer) => void): Buffer {
  const envelope = encodeWhole(KEY, FULL)!
  change(envelope)
  envelope.writeUInt32LE(crc32(envelope.subarray(0, -4)), envelope.length - 4)
  return envelope
}

t.test('counts and lengths that cannot be are refused without reading past the end', async (t) => {
  for (const at of [64, 68, 72, 76, 80]) {
    for (const value of [0xffffffff, 0x7fffffff, 300, 0]) {
      const envelope = forged((bytes) => bytes.writeUInt32LE(value, at))
      t.equal(openEnvelope(KEY, envelope), null, `${value} at ${at}`)
    }
  }
})

t.test('dates that are no numbers are refused', async (t) => {
  for (const index of [0, 1, 2, 3, 5, 6]) {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const envelope = forged((bytes) => bytes.writeDoubleLE(value, 8 + index * 8))
      t.equal(openEnvelope(KEY, envelope), null, `number ${index} is ${value}`)
    }
  }
})

t.test('another version is none', async (t) => {
  for (const version of [ENVELOPE_VERSION - 1, ENVELOPE_VERSION + 1]) {
    const other = forged((envelope) => {
      envelope[0] = version
    })
    t.equal(openEnvelope(KEY, other), null)
  }
})

t.test('a body that is coded or elsewhere is still to be fetched', async (t) => {
  const elsewhere = { where: 'chunks', coding: CODING.zstd, bodyBytes: 300_000, storedBytes: 200_000, checksum: 0xfedcba98 } as const
  for (const body of [
    { ...elsewhere, generation: '0123456789abcdef' },
    { where: 'inline', coding: CODING.gzip, bodyBytes: 1_000, bytes: Buffer.from('coded') },
  ] satisfies StoredBody[]) {
    const opened = openEnvelope(KEY, encodeEnvelope(KEY, FULL, body)!)
    t.same(opened?.pending, body)
    t.equal(opened?.entry.body.length, 0)
    t.same(opened?.entry.tags, FULL.tags)
  }
})

t.test('a length that nobody stores is refused before room is made for it', async (t) => {
  const body = { where: 'chunks', coding: CODING.none, storedBytes: 10, checksum: 0, generation: '0'.repeat(16) } as const
  t.ok(openEnvelope(KEY, encodeEnvelope(KEY, FULL, { ...body, bodyBytes: MAX_BODY_BYTES })!))
  t.equal(openEnvelope(KEY, encodeEnvelope(KEY, FULL, { ...body, bodyBytes: MAX_BODY_BYTES + 1 })!), null)
  t.equal(openEnvelope(KEY, encodeEnvelope(KEY, FULL, { ...body, bodyBytes: 9 })!), null, 'stored longer than it is')
})

t.test('an entry whose head is too large gets no envelope', async (t) => {
  const entry = makeEntry({ fields: Fields.of({ 'x-long': 'x'.repeat(1_100_000) }) })
  t.equal(encodeWhole(KEY, entry), null)
})

t.test('a short body that is lent is one text with its field lines, and what is owned of it is not', async (t) => {
  const read = Buffer.alloc(65_536)
  const envelope = encodeWhole(KEY, FULL)!
  envelope.copy(read, 777)
  const { entry } = openEnvelope(KEY, read.subarray(777, 777 + envelope.length), 'lend')!
  t.equal(entry.body.buffer, read.buffer)
  const { tail, text } = entry.fields.shared
  t.equal(tail, `${text}Content-Length: 256\r\n\r\n${Buffer.from(EVERY_BYTE).toString('latin1')}`)
  t.equal(entry.fields.toTextWith(entry.sendable!), tail, 'sent as it came')

  const own = owned(entry)
  read.fill(0)
  t.same(own.body, EVERY_BYTE)
  t.same(own.fields.toRaw(), FULL.fields.toRaw())
  t.same([own.fields.shared.tail, own.fields.shared.tailOf, own.sendable], [null, null, undefined])
  t.same({ ...own, fields: null }, { ...FULL, fields: null })
})

t.test('only short bodies that are here as they are sent are lent', async (t) => {
  const long = makeEntry({ body: Buffer.alloc(4_097) })
  t.equal(openEnvelope(KEY, encodeWhole(KEY, long)!, 'lend')!.entry.sendable, undefined)
  const coded = { where: 'inline', coding: CODING.gzip, bodyBytes: 1_000, bytes: Buffer.from('coded') } as const
  t.equal(openEnvelope(KEY, encodeEnvelope(KEY, FULL, coded)!, 'lend')!.entry.sendable, undefined)
})

t.test('field lines that are none, and a length that is another, are refused whoever wrote them', async (t) => {
  const whole = encodeWhole(KEY, FULL)!
  const broken = (was: string, is: string) =>
    forged((envelope) => {
      const at = whole.indexOf(was, 0, 'latin1')
      t.ok(at > 0, was)
      envelope.write(is, at, 'latin1')
    })
  for (const [was, is] of [
    ['Date: x\r\n', 'Date: \r\n\r'],
    ['Date: x\r\n', 'Date :x\r\n'],
    ['Link: <a>\r\n', 'Link: <\r>\r\n'],
    ['Content-Length: 256\r\n\r\n', 'Content-Length: 255\r\n\r\n'],
    ['Content-Length: 256\r\n\r\n', 'Content-Type: 256\r\n\r\n\0\0'],
  ] as const) {
    for (const terms of ['own', 'lend'] as const) t.equal(openEnvelope(KEY, broken(was, is), terms), null, is)
  }
})
