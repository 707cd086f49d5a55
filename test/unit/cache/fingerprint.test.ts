import t from 'tap'
import { fingerprintOf } from '../../../edge/cache/fingerprint.ts'

t.test('a text always has the same fingerprint, in 32 bits with a sign', async (t) => {
  const fingerprint = fingerprintOf('http://a/b')
  t.equal(fingerprintOf('http://a/b'), fingerprint)
  t.equal(fingerprint | 0, fingerprint)
})

t.test('texts that differ little fall evenly on any few bits', async (t) => {
  const counts = { low: new Array<number>(16).fill(0), high: new Array<number>(16).fill(0) }
  for (let i = 0; i < 16_000; i++) {
    const fingerprint = fingerprintOf(`http://shop.example/product/${i}`)
    counts.low[fingerprint & 15]!++
    counts.high[fingerprint >>> 28]!++
  }
  for (const count of [...counts.low, ...counts.high]) t.ok(count > 850 && count < 1_150, `${count} of 1000`)
})
