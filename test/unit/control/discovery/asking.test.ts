import t from 'tap'
import { Asking } from '../../../../control/discovery/asking.ts'
import type { Abort } from '../../../../edge/base/abort.ts'
import { settled } from '../../../support/exchange-maker.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

t.test('the first question is asked at once, the next when the time is over that the last one gave', async (t) => {
  const clock = new ManualClock()
  let asked = 0
  const asking = new Asking(clock, async () => {
    asked++
    return 100
  })
  t.equal(asked, 1)
  await settled()
  clock.advance(99)
  await settled()
  t.equal(asked, 1)
  clock.advance(1)
  await settled()
  t.equal(asked, 2)
  await asking.close()
  clock.advance(1_000)
  await settled()
  t.equal(asked, 2)
  t.equal(clock.pending, 0)
})

t.test('it is over when the question under way is', async (t) => {
  const clock = new ManualClock()
  let answer = (_pauseMs: number) => {}
  let abort: Abort | null = null
  const asking = new Asking(clock, (given) => {
    abort = given
    return new Promise((resolve) => {
      answer = resolve
    })
  })
  let over = false
  const closing = asking.close().then(() => {
    over = true
  })
  await settled()
  t.equal(abort!.aborted, true, 'the question is told')
  t.equal(over, false)
  answer(100)
  await closing
  t.equal(clock.pending, 0)
})
