import t from 'tap'
import { arc } from '../../../../bench/hitrate/contenders/arc.ts'
import { clairvoyant } from '../../../../bench/hitrate/contenders/clairvoyant.ts'
import { fifo } from '../../../../bench/hitrate/contenders/fifo.ts'
import { gdsf } from '../../../../bench/hitrate/contenders/gdsf.ts'
import { lru } from '../../../../bench/hitrate/contenders/lru.ts'
import { s3Fifo } from '../../../../bench/hitrate/contenders/s3-fifo.ts'
import { sieve } from '../../../../bench/hitrate/contenders/sieve.ts'
import { tinyLfu } from '../../../../bench/hitrate/contenders/tiny-lfu.ts'
import { weir } from '../../../../bench/hitrate/contenders/weir.ts'
import { replay } from '../../../../bench/hitrate/replay.ts'
import type { Trace } from '../../../../bench/hitrate/trace.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'

function traceOf(keys: readonly number[]): Trace {
  const distinct = Math.max(...keys) + 1
  return {
    name: 'made',
    keys: Int32Array.from(keys),
    sizes: new Float64Array(keys.length).fill(1),
    distinct,
    footprint: distinct,
    isSized: false,
  }
}

const random = new SeededRandom(21)
const popular = traceOf(Array.from({ length: 20_000 }, () => Math.floor(2_000 ** random.next())))

t.test('nobody is better than Belady, and everybody but FIFO better than FIFO', async (t) => {
  const ratio = (make: typeof fifo) => replay(popular, 100, make).objects
  const [worst, best] = [ratio(fifo), ratio(clairvoyant)]
  for (const make of [lru, sieve, arc, s3Fifo, tinyLfu(0.01), tinyLfu(0.2), gdsf, weir]) {
    const objects = ratio(make)
    t.ok(objects > worst && objects < best, `${objects} between ${worst} and ${best}`)
  }
})

t.test('what is known of short traces holds', async (t) => {
  const hits = (keys: readonly number[], room: number, make: typeof fifo) => replay(traceOf(keys), room, make).objects * keys.length
  t.equal(hits([0, 1, 0, 2, 0, 1], 2, lru), 2)
  t.equal(hits([0, 1, 0, 2, 0, 1], 2, fifo), 1)
  t.equal(hits([0, 1, 2, 0, 1, 2], 2, clairvoyant), 2)
})
