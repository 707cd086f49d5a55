import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { pause } from '../../../edge/pipeline/pause.ts'
import { ManualClock } from '../../support/manual-clock.ts'

t.test('time passes, and nothing is left behind', async (t) => {
  const clock = new ManualClock()
  const passed = pause(100, clock, new Abort())
  clock.advance(100)
  await passed
  t.equal(clock.pending, 0)
})

t.test('who is not wanted any more does not wait', async (t) => {
  const clock = new ManualClock()
  const wanted = new Abort()
  const passed = pause(100, clock, wanted)
  wanted.abort()
  await t.rejects(passed, { code: 'CLIENT_GONE' })
  t.equal(clock.pending, 0)
  await t.rejects(pause(100, clock, wanted), { code: 'CLIENT_GONE' }, 'nor begins to')
  t.equal(clock.pending, 0)
})
