import t from 'tap'
import { Pause } from '../../../../control/changes/pause.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'

async function lengthOf(pause: Pause, clock: ManualClock): Promise<number> {
  let over = false
  const waited = pause.next().then(() => {
    over = true
  })
  const beganMs = clock.monotonicMs()
  while (!over) await clock.advanceAsync(1)
  await waited
  return clock.monotonicMs() - beganMs
}

t.test('pauses grow to a second, differ, and begin small again after a success', async (t) => {
  const clock = new ManualClock()
  const pause = new Pause({ timers: clock, random: new SeededRandom() })
  const lengths: number[] = []
  for (let i = 0; i < 12; i++) lengths.push(await lengthOf(pause, clock))
  t.ok(lengths[0]! <= 51)
  t.ok(Math.max(...lengths) > 100 && Math.max(...lengths) <= 1_001)
  pause.reset()
  t.ok((await lengthOf(pause, clock)) <= 51)
})

t.test('an ended pause is over at once, and so is every other', async (t) => {
  const clock = new ManualClock()
  const pause = new Pause({ timers: clock, random: { next: () => 0.5, hex: () => '' } })
  const waiting = pause.next()
  pause.end()
  await waiting
  await pause.next()
  t.equal(clock.pending, 0)
})
