import t from 'tap'
import { cohortOf, drawnGroup, saltOf } from '../../../edge/traffic/cohort.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const CLIENTS = Array.from({ length: 20_000 }, (_, index) => `198.51.${index >> 8}.${index & 255}`)
const SALTS = [saltOf('shop-v1'), saltOf('shop-v2'), saltOf('shop-v3')]
const groupsBy = (weights: readonly number[], salts = SALTS.slice(0, weights.length)) => CLIENTS.map((key) => cohortOf(key, salts, weights))

t.test('shares hold', async (t) => {
  for (const percents of [
    [99, 1],
    [50, 50],
    [75, 20, 5],
  ]) {
    const counts = percents.map(() => 0)
    for (const group of groupsBy(percents)) counts[group]! += 1
    for (const [index, percent] of percents.entries()) {
      const expected = (percent / 100) * CLIENTS.length
      // Four standard deviations of a binomial count.
      t.ok(Math.abs(counts[index]! - expected) < 4 * Math.sqrt(expected), `${percent} % of ${CLIENTS.length}: ${counts[index]}`)
    }
  }
})

t.test('as a share grows clients move into its group, and nobody else moves', async (t) => {
  let before = groupsBy([100, 0])
  let moved = 0
  for (const percent of [0.1, 1, 2, 5, 10, 25, 33.3, 50, 75, 99, 100]) {
    const after = groupsBy([100 - percent, percent])
    for (const [index, group] of after.entries()) {
      if (group === before[index]) continue
      moved += 1
      if (group !== 1) t.fail(`${CLIENTS[index]} left the group at ${percent} %`)
    }
    before = after
  }
  t.equal(moved, CLIENTS.length, 'each client moved once')
})

t.test('among three groups the others keep who is theirs, where they keep their proportions', async (t) => {
  let before = groupsBy([80, 0, 20])
  for (const percent of [1, 5, 25, 50, 90, 100]) {
    const rest = 1 - percent / 100
    const after = groupsBy([80 * rest, percent, 20 * rest])
    const strays = after.filter((group, index) => group !== before[index] && group !== 1)
    t.same(strays, [], `at ${percent} %`)
    before = after
  }
})

t.test('it shrinks by the same way back', async (t) => {
  const at5 = groupsBy([95, 5])
  const at50 = groupsBy([50, 50])
  t.same(groupsBy([95, 5]), at5)
  t.ok(at5.every((group, index) => group === 0 || at50[index] === 1))
})

t.test('the same pools draw the same clients, other pools draw others', async (t) => {
  const one = groupsBy([90, 10])
  const other = groupsBy([90, 10], [saltOf('cart-v1'), saltOf('cart-v2')])
  const both = one.filter((group, index) => group === 1 && other[index] === 1).length
  t.ok(both > 120 && both < 300, `a tenth of a tenth: ${both}`)
})

t.test('without weights all is of the first', async (t) => {
  t.equal(cohortOf('a', SALTS, [0, 0, 0]), 0)
  t.equal(drawnGroup(0.9, [0, 0]), 0)
})

t.test('chance draws by weight, and never who has none', async (t) => {
  const random = new SeededRandom()
  const counts = [0, 0, 0]
  for (let i = 0; i < 10_000; i++) counts[drawnGroup(random.next(), [70, 0, 30])]! += 1
  t.equal(counts[1], 0)
  t.ok(Math.abs(counts[2]! - 3_000) < 200, String(counts[2]))
  t.equal(drawnGroup(0, [0, 5, 5]), 1)
  t.equal(drawnGroup(0.999_999_999_999, [5, 5, 0]), 1, 'the last that has some')
})
