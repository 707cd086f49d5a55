import t from 'tap'
import { Batches } from '../../../edge/resilience/batches.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const RULE = { windowMs: 5, maxItems: 3 }

function made() {
  const clock = new ManualClock()
  const batches = new Batches<{ id: string }>({ clock, timers: clock })
  const sent: string[][] = []
  const join = (id: string, key = 'k') => batches.join(key, { id }, RULE, (members) => sent.push(members.map((member) => member.id)))
  return { clock, batches, sent, join }
}

t.test('who joins within the window goes together, by key', async (t) => {
  const { clock, batches, sent, join } = made()
  join('1')
  clock.advance(3)
  join('2')
  join('9', 'other')
  t.equal(batches.open, 2)
  clock.advance(2)
  t.same(sent, [['1', '2']])
  clock.advance(3)
  t.same(sent, [['1', '2'], ['9']])
  t.equal(batches.open, 0)
})

t.test('a full batch goes at once, and the next one has its own window', async (t) => {
  const { clock, sent, join } = made()
  for (const id of ['1', '2', '3', '4']) join(id)
  t.same(sent, [['1', '2', '3']])
  clock.advance(5)
  t.same(sent, [['1', '2', '3'], ['4']])
})

t.test('who leaves takes only himself away; the last one leaves nothing behind', async (t) => {
  const { clock, batches, sent, join } = made()
  const leave = join('1')!
  join('2')
  leave()
  leave()
  clock.advance(5)
  t.same(sent, [['2']])
  join('3')!()
  t.equal(batches.open, 0)
  const late = join('4')!
  clock.advance(5)
  late()
  t.same(sent, [['2'], ['4']])
})

t.test('ids never come to more than a request line holds', async (t) => {
  const { clock, sent, join } = made()
  t.equal(join('x'.repeat(6_001)), null)
  join('a'.repeat(4_000))
  join('b'.repeat(4_000))
  clock.advance(5)
  t.same(
    sent.map((ids) => ids.map((id) => id.length)),
    [[4_000], [4_000]],
  )
})

t.test('too many open batches, and one that came to nothing a moment ago, collect nobody', async (t) => {
  const { clock, batches, join } = made()
  for (let i = 0; i < 500; i++) join('1', `k${i}`)
  t.equal(join('1', 'one-more'), null)
  t.not(join('2', 'k7'), null)
  clock.advance(5)
  batches.rest('k')
  t.equal(join('1'), null)
  t.not(join('1', 'k8'), null)
  clock.advance(1_000)
  t.not(join('1'), null)
})
