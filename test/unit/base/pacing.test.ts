import t from 'tap'
import { pacing } from '../../../edge/base/pacing.ts'
import { ManualClock } from '../../support/manual-clock.ts'

t.test('each turn has a time of its own, and a slow one makes the next ones not come in a burst', async (t) => {
  const clock = new ManualClock()
  const pause = pacing({ clock, timers: clock, rate: { count: 10, perMs: 1_000 } })
  const began: number[] = []
  const turn = () => pause().then(() => began.push(clock.monotonicMs()))
  const startMs = clock.monotonicMs()
  const turns = [turn(), turn(), turn()]
  for (let i = 0; i < 3; i++) {
    await Promise.resolve()
    clock.advance(100)
  }
  await Promise.all(turns)
  t.same(
    began.map((atMs) => atMs - startMs),
    [0, 100, 200],
  )
  clock.advance(5_000)
  await turn()
  const late = turn()
  t.equal(clock.pending, 1, 'the time that nobody used is not made up for')
  clock.advance(100)
  await late
})
