import t from 'tap'
import { KeyedHash } from '../../../edge/base/keyed-hash.ts'

function hashed(hash: KeyedHash, text: string): readonly [number, number] {
  hash.update(text)
  return [hash.low >>> 0, hash.high >>> 0]
}

t.test('it is HalfSipHash-1-3 with 64 bits over UTF-16LE', async (t) => {
  // From the reference algorithm in C, for the bytes 0, 1, 2 … of the given count under the key 00 01 … 07.
  const expected = [
    [0, 0x21d0a576, 0x2af72023],
    [2, 0xe11fee78, 0x32d73c5d],
    [4, 0xa0db24eb, 0x05ae8c71],
    [6, 0xc6e065af, 0x02d6f54d],
    [8, 0x31a8cd3d, 0x5f7aec1d],
    [14, 0xca15a97d, 0x6b82ec92],
    [16, 0xb9c5d756, 0xc22e3e3d],
  ] as const
  const hash = new KeyedHash(0x03020100, 0x07060504)
  for (const [byteCount, low, high] of expected) {
    const text = Buffer.from(Array.from({ length: byteCount }, (_, index) => index)).toString('utf16le')
    t.same(hashed(hash, text), [low, high], `${byteCount} bytes`)
  }
})

t.test('another key gives another hash', async (t) => {
  t.notSame(hashed(new KeyedHash(1, 2), '192.0.2.7'), hashed(new KeyedHash(1, 3), '192.0.2.7'))
  t.notSame(hashed(new KeyedHash(1, 2), '192.0.2.7'), hashed(new KeyedHash(2, 2), '192.0.2.7'))
})

t.test('texts that differ in one character, or only in length, have different hashes', async (t) => {
  const hash = new KeyedHash(5, 6)
  const texts = ['', '\0', '\0\0', '\0\0\0', 'a', 'b', 'ab', 'ba', 'abc', 'ab\0', 'é', '\u{1f600}']
  const seen = new Set(texts.map((text) => hashed(hash, text).join()))
  t.equal(seen.size, texts.length)
})

t.test('keys that look alike spread evenly over buckets', async (t) => {
  const hash = new KeyedHash(5, 6)
  const counts = new Array<number>(64).fill(0)
  for (let host = 0; host < 6_400; host++) {
    hash.update(`10.0.${host >> 8}.${host & 255}`)
    counts[hash.low & 63]!++
  }
  t.ok(Math.min(...counts) > 60 && Math.max(...counts) < 145, `${Math.min(...counts)} to ${Math.max(...counts)} of 100 each`)
})
