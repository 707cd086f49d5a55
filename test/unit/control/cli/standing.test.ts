import t from 'tap'
import type { Call } from '../../../../control/cli/command.ts'
import { parseLine } from '../../../../control/cli/flags.ts'
import { STANDING_FLAGS, termOf, timeLeft } from '../../../../control/cli/standing.ts'

const call = (...words: string[]) => parseLine(words, STANDING_FLAGS) as unknown as Call

t.test('an order says how long it stands and why', (t) => {
  t.same(termOf(call('--for', '90s', '--reason', 'sale')), { forMs: 90_000, reason: 'sale' })
  t.throws(() => termOf(call('--reason', 'sale')), { message: /--for 30m/ })
  t.throws(() => termOf(call('--for', '90s')), { message: /--reason/ })
  t.throws(() => termOf(call('--for', '90s', '--reason', ' ')), { message: /--reason/ })
  t.end()
})

t.test('what is left of a term, until it is over', (t) => {
  t.equal(timeLeft(61_000, 1_000), '60 s')
  t.equal(timeLeft(1_000, 1_000), 'over')
  t.end()
})
