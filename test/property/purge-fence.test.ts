import t from 'tap'
import { SeededRandom } from '../support/seeded-random.ts'
import { type Breakage, PurgeWorld } from './purge-world.ts'

const SCHEDULES = 10_000
const STEPS = 120

function faultsOf(seed: number, breakage: Breakage): readonly string[] {
  const world = new PurgeWorld(new SeededRandom(seed), breakage)
  world.run(STEPS)
  return world.faults
}

t.test(`in ${SCHEDULES} schedules nothing filled before a purge is ever served as fresh after it`, async (t) => {
  let seed = 1
  let faults: readonly string[] = []
  while (seed <= SCHEDULES && faults.length === 0) faults = faultsOf(seed++, 'none')
  t.same(faults, [], `schedule ${seed - 1}`)
})

t.test('each way to build the fence wrong is noticed', async (t) => {
  const wrong: Breakage[] = ['late-capture', 'no-catch-up', 'no-lease', 'shared-flights', 'forgetful-log']
  for (const breakage of wrong) {
    let seed = 1
    while (seed <= SCHEDULES && faultsOf(seed, breakage).length === 0) seed++
    t.ok(seed <= SCHEDULES, `${breakage}, by schedule ${seed}`)
  }
})
