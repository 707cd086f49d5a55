import t from 'tap'
import { murmur3 } from '../../../edge/balance/murmur3.ts'

// Bytes of well-known vectors of MurmurHash3_x86_32, two of them to a character.
const VECTORS: readonly (readonly [string, number, number])[] = [
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['\u4321\u8765', 0, 0xf55b516b],
  ['\u4321\u8765', 0x5082edee, 0x2362f9de],
  ['\u4321', 0, 0xa0f7b07a],
  ['\uffff\uffff', 0, 0x76293b50],
  ['\0\0', 0, 0x2362f9de],
  ['\0', 0, 0x30f4c306],
]

t.test('texts hash as their UTF-16LE bytes do', async (t) => {
  for (const [text, seed, hash] of VECTORS) t.equal(murmur3(text, seed) >>> 0, hash, `${JSON.stringify(text)} with ${seed}`)
})
