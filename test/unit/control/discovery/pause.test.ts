import t from 'tap'
import { pause } from '../../../../control/discovery/pause.ts'
import { Abort } from '../../../../edge/base/abort.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

t.test('a pause ends when its time is over, or when all is over', async (t) => {
  const clock = new ManualClock()
  const slept = pause(100, clock, new Abort())
  t.equal(clock.pending, 1)
  clock.advance(100)
  await slept
  const abort = new Abort()
  const broken = pause(100, clock, abort)
  abort.abort()
  await broken
  t.equal(clock.pending, 0, 'its timer is gone')
  await pause(100, clock, abort)
  await pause(0, clock, new Abort())
  t.equal(clock.pending, 0, 'nothing is waited for then')
})
