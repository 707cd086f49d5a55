import t from 'tap'
import { OutcomeWindow } from '../../../edge/balance/outcome-window.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

t.test('outcomes count as long as they are within the window, give or take a tenth', async (t) => {
  const window = new OutcomeWindow(1_000)
  t.same(window.failures(5), { requests: 0, ratio: 0 })
  window.succeeded(10)
  window.failed(510)
  t.same(window.failures(900), { requests: 2, ratio: 0.5 })
  t.same(window.failures(1_000), { requests: 1, ratio: 1 })
  t.same(window.failures(1_499), { requests: 1, ratio: 1 })
  t.same(window.failures(1_500), { requests: 0, ratio: 0 })
})

t.test('the mean time is that of the heads within the window', async (t) => {
  const window = new OutcomeWindow(1_000)
  window.answered(100, 10)
  window.answered(300, 510)
  t.same(window.times(900), { answers: 2, meanMs: 200 })
  t.same(window.times(1_050), { answers: 1, meanMs: 300 })
  window.clear()
  t.same(window.times(1_050), { answers: 0, meanMs: 0 })
})

t.test('its sums are those of a list that is looked through, whatever the pauses', async (t) => {
  const random = new SeededRandom(11)
  const window = new OutcomeWindow(1_000)
  const all: { slice: number; failed: boolean }[] = []
  let nowMs = 12_345
  for (let i = 0; i < 5_000; i++) {
    nowMs += random.pick([0, 1, 7, 90, 400, 5_000])
    const failed = random.next() < 0.3
    const slice = Math.floor(nowMs / 100)
    if (failed) window.failed(nowMs)
    else window.succeeded(nowMs)
    all.push({ slice, failed })
    const within = all.filter((one) => one.slice > slice - 10)
    const { requests, ratio } = window.failures(nowMs)
    t.equal(requests, within.length)
    t.equal(Math.round(ratio * requests), within.filter((one) => one.failed).length)
    while (all[0]!.slice <= slice - 10) all.shift()
  }
})
