import { gzipSync, zstdCompressSync } from 'node:zlib'
import t from 'tap'
import { CODING, compressed, expanded, isCompressible } from '../../../edge/cache/body-coding.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const SHORT = Buffer.from('weir '.repeat(5_000))
const LONG = Buffer.from('weir '.repeat(50_000))
const NOISE = Buffer.from(new SeededRandom(7).hex(20_000), 'hex')

t.test('texts are compressible, what is small already and what its origin coded is not', async (t) => {
  for (const type of ['text/html; charset=utf-8', 'application/json', 'application/ld+json', 'image/svg+xml', 'TEXT/CSS']) {
    t.ok(isCompressible(Fields.of({ 'content-type': type })), type)
    t.notOk(isCompressible(Fields.of({ 'content-type': type, 'content-encoding': 'gzip' })), `${type}, coded`)
  }
  for (const type of ['image/png', 'video/mp4', 'font/woff2', 'application/zip', 'application/octet-stream', '']) {
    t.notOk(isCompressible(Fields.of({ 'content-type': type })), type)
  }
  t.notOk(isCompressible(Fields.of()))
})

t.test('a text gets smaller and comes back, short or long', async (t) => {
  for (const body of [SHORT, LONG]) {
    const smaller = await compressed(body)
    t.ok(smaller && smaller.bytes.byteLength < body.length / 10)
    t.equal(smaller?.coding, CODING.zstd)
    const back = await expanded(smaller!.coding, smaller!.bytes, body.length)
    t.ok(back && Buffer.compare(back, body) === 0)
    t.equal(back?.buffer.byteLength, body.length, 'in a buffer of exactly its size')
  }
})

t.test('what does not get smaller is left as it is', async (t) => {
  t.equal(await compressed(NOISE), null)
})

t.test('a body in memory that threads share can be compressed', async (t) => {
  const shared = new Uint8Array(new SharedArrayBuffer(LONG.length))
  shared.set(LONG)
  const smaller = await compressed(shared)
  t.ok(smaller && smaller.bytes.byteLength < LONG.length / 10)
})

t.test('gzip of an edge without zstd is read too', async (t) => {
  for (const body of [SHORT, LONG]) t.same(await expanded(CODING.gzip, gzipSync(body), body.length), new Uint8Array(body))
})

t.test('nothing expands beyond its recorded length, and nothing shorter passes', async (t) => {
  const bomb = Buffer.alloc(5_000_000)
  for (const [coding, bytes] of [
    [CODING.zstd, zstdCompressSync(bomb)],
    [CODING.gzip, gzipSync(bomb)],
  ] as const) {
    for (const length of [0, 1, 1_000, 100_000, bomb.length - 1, bomb.length + 1]) {
      t.equal(await expanded(coding, bytes, length), null, `${length} recorded`)
    }
  }
})

t.test('what is not of its coding, or of none that is known, is no body', async (t) => {
  for (const length of [100, 100_000]) {
    for (const coding of [CODING.gzip, CODING.zstd, 3, 255]) t.equal(await expanded(coding, NOISE, length), null)
  }
})
