import t from 'tap'
import { keyPoint } from '../../../edge/balance/key-point.ts'

const KEYS = Array.from({ length: 10_000 }, (_, i) => `/item/${i}`)

t.test('a key always falls in the same place, in [0, 1)', async (t) => {
  t.equal(keyPoint('/a', 7), keyPoint('/a', 7))
  for (const key of ['', ...KEYS.slice(0, 100)]) t.ok(keyPoint(key, 1) >= 0 && keyPoint(key, 1) < 1)
})

t.test('keys fall evenly', async (t) => {
  const tenths = new Array<number>(10).fill(0)
  for (const key of KEYS) tenths[Math.floor(10 * keyPoint(key, 3))]!++
  t.ok(Math.min(...tenths) > 880 && Math.max(...tenths) < 1_120, tenths.join(' '))
})

t.test('under another salt a key falls elsewhere, whatever it fell under before', async (t) => {
  const low = KEYS.filter((key) => keyPoint(key, 1) < 0.1)
  const alsoLow = low.filter((key) => keyPoint(key, 2) < 0.1)
  const part = alsoLow.length / low.length
  t.ok(part > 0.06 && part < 0.14, `${part}`)
})
