import { crc32 } from 'node:zlib'
import t from 'tap'
import { decodeEnvelope, ENVELOPE_VERSION, encodeEnvelope, MAX_ENVELOPE_BYTES } from '../../../edge/cache/envelope.ts'
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
  const back = decodeEnvelope(KEY, encodeEnvelope(KEY, FULL)!)
  t.same(back?.fields.toRaw(), FULL.fields.toRaw())
  t.same({ ...back, fields: null }, { ...FULL, fields: null })
})

t.test('flags, absent numbers and empty parts come back too', async (t) => {
  const entry = makeEntry({ body: new Uint8Array(0), fields: Fields.of() })
  const back = decodeEnvelope(KEY, encodeEnvelope(KEY, entry)!)
  t.match(back, { mustRevalidate: false, noCache: false, staleIfErrorMs: null, tags: [], varyNames: [], variant: '' })
  t.same([back?.body.length, back?.fields.size], [0, 0])
})

t.test('the body does not hold on to the bytes it came in', async (t) => {
  const envelope = encodeEnvelope(KEY, FULL)!
  const chunk = new Uint8Array(65_536)
  chunk.set(envelope, 777)
  const back = decodeEnvelope(KEY, chunk.subarray(777, 777 + envelope.length))
  t.equal(back?.body.buffer.byteLength, 256)
  chunk.fill(0)
  t.same(back?.body, EVERY_BYTE)
})

t.test('an envelope for another key is none', async (t) => {
  t.equal(decodeEnvelope('https://shop.example/p/2', encodeEnvelope(KEY, FULL)!), null)
})

t.test('any byte that changed, and any length that is wrong, makes it none', async (t) => {
  const envelope = encodeEnvelope(KEY, FULL)!
  for (let at = 0; at < envelope.length; at++) {
    const broken = Buffer.from(envelope)
    broken[at]! ^= 0x41
    if (decodeEnvelope(KEY, broken) !== null) t.fail(`byte ${at} may change unseen`)
  }
  for (let bytes = 0; bytes < envelope.length; bytes++) {
    if (decodeEnvelope(KEY, envelope.subarray(0, bytes)) !== null) t.fail(`cut to ${bytes} it still passes`)
  }
  t.equal(decodeEnvelope(KEY, Buffer.concat([envelope, Buffer.alloc(1)])), null)
})

/** An envelope whose checksum is right though its numbers are not, as a faulty writer would make it. */
function forged(change: (envelope: Buffer) => void): Buffer {
  const envelope = encodeEnvelope(KEY, FULL)!
  change(envelope)
  envelope.writeUInt32LE(crc32(envelope.subarray(0, -4)), envelope.length - 4)
  return envelope
}

t.test('counts and lengths that cannot be are refused without reading past the end', async (t) => {
  for (const at of [64, 68, 72, 76, 80]) {
    for (const value of [0xffffffff, 0x7fffffff, 300]) {
      t.equal(
        decodeEnvelope(
          KEY,
          forged((envelope) => envelope.writeUInt32LE(value, at)),
        ),
        null,
        `${value} at ${at}`,
      )
    }
  }
})

t.test('another version is none', async (t) => {
  const other = forged((envelope) => {
    envelope[0] = ENVELOPE_VERSION + 1
  })
  t.equal(decodeEnvelope(KEY, other), null)
})

t.test('an entry that is too large gets no envelope', async (t) => {
  t.equal(encodeEnvelope(KEY, makeEntry({ body: new Uint8Array(MAX_ENVELOPE_BYTES) })), null)
  t.ok(encodeEnvelope(KEY, makeEntry({ body: new Uint8Array(MAX_ENVELOPE_BYTES - 1_000) })))
})
