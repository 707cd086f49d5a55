import t from 'tap'
import { besideReference, type Figures, type Sample, spread, valuesOf } from '../../../../bench/load/sample.ts'

const sample = (contender: string, round: number, figures: Figures, benchCase: Sample['benchCase'] = 'pass'): Sample => ({
  contender,
  benchCase,
  round,
  figures,
})

t.test('the middle of an even count lies between its two middle ones', async (t) => {
  t.same(spread([3, 1, 2]), { median: 2, min: 1, max: 3 })
  t.same(spread([10, 2, 4, 1]), { median: 3, min: 1, max: 10 })
  t.same(spread([7]), { median: 7, min: 7, max: 7 })
})

t.test('values are those of one contender, one case and one figure', async (t) => {
  const samples = [
    sample('a', 1, { cpuUs: 10 }),
    sample('a', 2, { requestsPerSecond: 9 }),
    sample('a', 2, { cpuUs: 12 }, 'limited'),
    sample('b', 1, { cpuUs: 20 }),
  ]
  t.same(valuesOf(samples, 'a', 'pass', 'cpuUs'), [10])
  t.same(valuesOf(samples, 'c', 'pass', 'cpuUs'), [])
})

t.test('a ratio is taken within its round and its case, and is left out where the reference is missing', async (t) => {
  const samples = [
    sample('a', 1, { cpuUs: 30 }),
    sample('ref', 1, { cpuUs: 10 }),
    sample('a', 2, { cpuUs: 30 }),
    sample('ref', 2, { cpuUs: 20 }),
    sample('a', 3, { cpuUs: 30 }),
    sample('ref', 1, { cpuUs: 1 }, 'limited'),
  ]
  const beside = besideReference(samples, 'cpuUs', 'ref')
  t.same(valuesOf(beside, 'a', 'pass', 'cpuUs'), [3, 1.5])
  t.same(valuesOf(beside, 'ref', 'pass', 'cpuUs'), [1, 1])
})
