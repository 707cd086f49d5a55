import t from 'tap'
import type { Outcome } from '../../../edge/breaker/breaker.ts'
import { OutcomeWindow } from '../../../edge/breaker/outcome-window.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const counts = ({ all, failed, slow }: OutcomeWindow) => ({ all, failed, slow })

t.test('outcomes count until their window is over', async (t) => {
  const window = new OutcomeWindow(1_000)
  window.add('failed', 0)
  window.add('slow', 50)
  window.add('succeeded', 950)
  t.same(counts(window), { all: 3, failed: 1, slow: 1 })
  window.add('succeeded', 1_000)
  t.same(counts(window), { all: 2, failed: 0, slow: 0 })
  window.add('failed', 1_000_000)
  t.same(counts(window), { all: 1, failed: 1, slow: 0 }, 'after a long silence')
  window.clear()
  t.same(counts(window), { all: 0, failed: 0, slow: 0 })
})

t.test('it counts what a list of all outcomes would, bucket by bucket', async (t) => {
  const random = new SeededRandom(7)
  const window = new OutcomeWindow(1_000)
  const seen: { readonly bucket: number; readonly outcome: Outcome }[] = []
  for (let nowMs = 5_000; nowMs < 60_000; nowMs += random.integer(0, 400)) {
    const outcome = random.pick<Outcome>(['succeeded', 'failed', 'slow'])
    window.add(outcome, nowMs)
    seen.push({ bucket: Math.floor(nowMs / 100), outcome })
    const within = seen.filter(({ bucket }) => bucket > Math.floor(nowMs / 100) - 10)
    const count = (wanted: Outcome) => within.filter(({ outcome }) => outcome === wanted).length
    t.same(counts(window), { all: within.length, failed: count('failed'), slow: count('slow') })
  }
})
