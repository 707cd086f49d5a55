import t from 'tap'
import {
  chunkPlace,
  chunksIn,
  placeOf,
  RECORD_LENGTH,
  recordOf,
  VARIANT_ID_LENGTH,
  variantId,
  varyNamesIn,
  varyText,
} from '../../../edge/cache/redis-place.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

t.test('a place is of one length and alphabet, whatever the key holds', async (t) => {
  for (const key of ['', 'https://shop.example/', `\0\r\n{}${'x'.repeat(9_000)}`]) {
    t.match(placeOf('weir:', key), /^weir:e2:\{[0-9a-f]{64}\}$/)
  }
  t.not(placeOf('weir:', 'a'), placeOf('weir:', 'b'))
  t.not(placeOf('weir:', 'a'), placeOf('other:', 'a'))
})

t.test('ids of variants are of one length, and never the name of another field', async (t) => {
  for (const variant of ['', 'accept:x\0', 'y'.repeat(9_000)]) t.equal(variantId(variant).length, VARIANT_ID_LENGTH)
  t.not(variantId(''), variantId('accept\0'))
})

t.test('names of Vary come back from their text', async (t) => {
  for (const names of [[], ['accept'], ['accept', 'x-a']]) t.same(varyNamesIn(Buffer.from(varyText(names))), names)
})

t.test('a text that no edge wrote has no names', async (t) => {
  for (const text of ['a,,b', ',', 'a,', Array.from({ length: 17 }, (_, i) => i).join(), 'x'.repeat(10_000)]) {
    t.equal(varyNamesIn(Buffer.from(text)), null, text.slice(0, 20))
  }
})

t.test('chunks are on the node of their URL', async (t) => {
  t.match(chunkPlace(placeOf('weir:', 'a'), 'f'.repeat(16), 3), /^weir:e2:\{[0-9a-f]{64}\}:f{16}:3$/)
})

/** The part of a record that entries are ordered by. */
function orderOf(changes: Parameters<typeof makeEntry>[0]): string {
  return recordOf(makeEntry(changes), null).slice(VARIANT_ID_LENGTH, VARIANT_ID_LENGTH + 52)
}

t.test('a record is of one length, whatever its numbers are', async (t) => {
  for (const number of [0, -5, 0.5, 1e300, Number.MAX_SAFE_INTEGER, Number.NaN]) {
    const entry = makeEntry({ fillSeq: number, receivedAtMs: number, ageOnReceiptMs: number })
    t.equal(recordOf(entry, { generation: 'a'.repeat(16), count: 683 }).length, RECORD_LENGTH, `${number}`)
  }
})

t.test('the purge comes first, then when it was made, then its Last-Modified, then when it came', async (t) => {
  const modified = (date: string) => Fields.of({ 'last-modified': date })
  const rising = [
    { fillSeq: 1, receivedAtMs: RECEIVED_AT_MS + 9_000, ageOnReceiptMs: 20_000 },
    { fillSeq: 1, receivedAtMs: RECEIVED_AT_MS + 9_000, fields: modified('Mon, 01 Dec 2025 00:00:00 GMT') },
    { fillSeq: 1, receivedAtMs: RECEIVED_AT_MS + 9_900, fields: modified('Mon, 01 Dec 2025 00:00:00 GMT') },
    { fillSeq: 1, receivedAtMs: RECEIVED_AT_MS + 9_500, fields: modified('Tue, 02 Dec 2025 00:00:00 GMT') },
    { fillSeq: 2, receivedAtMs: RECEIVED_AT_MS },
    { fillSeq: 10, receivedAtMs: 0 },
  ].map(orderOf)
  t.same(rising.toSorted(), rising)
  t.equal(new Set(rising).size, rising.length)
})

t.test('texts compare as the numbers do', async (t) => {
  const random = new SeededRandom(11)
  for (let i = 0; i < 1_000; i++) {
    const [a, b] = [random.integer(0, 2 ** 40), random.integer(0, 2 ** random.integer(1, 40))]
    t.equal(orderOf({ fillSeq: a }) < orderOf({ fillSeq: b }), a < b, `${a} and ${b}`)
  }
})

t.test('chunks come back from the tail of a record', async (t) => {
  const chunks = { generation: '0123456789abcdef', count: 22 }
  t.same(chunksIn(recordOf(makeEntry(), chunks).slice(-20)), chunks)
  for (const tail of [recordOf(makeEntry(), null).slice(-20), '', 'x'.repeat(20), `${'g'.repeat(16)}0001`]) t.equal(chunksIn(tail), null)
})
