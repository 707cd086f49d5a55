import { crc32 as oracle } from 'node:zlib'
import t from 'tap'
import { crc32, crc32Word } from '../../../edge/balance/crc32.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

t.test('the check value of CRC-32 comes out', async (t) => {
  t.equal(crc32('123456789'), 0xcbf43926)
  t.equal(crc32(''), 0)
})

t.test('it agrees with zlib on random bytes, also when taken in two pieces', async (t) => {
  const random = new SeededRandom(1)
  for (let round = 0; round < 500; round++) {
    const bytes = Buffer.from(random.hex(random.integer(0, 80)), 'hex')
    const cut = random.integer(0, bytes.length)
    const text = bytes.toString('latin1')
    t.equal(crc32(text), oracle(bytes))
    t.equal(crc32(text.slice(cut), crc32(text.slice(0, cut))), oracle(bytes))
  }
})

t.test('a word counts as its four bytes, lowest first', async (t) => {
  const random = new SeededRandom(2)
  for (let round = 0; round < 200; round++) {
    const bytes = Buffer.from(random.hex(4), 'hex')
    const before = oracle(random.hex(10))
    t.equal(crc32Word(bytes.readUInt32LE(), before), oracle(bytes, before))
  }
})
