import t from 'tap'
import type { Nack } from '../../../../control/domain/edge-message.ts'
import { AckWaits, MAX_WAITS } from '../../../../control/push/ack-waits.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

const ack = (seq: number, what: 'publish' | 'switches' = 'switches') => ({ type: 'ack', what, seq, atMs: 0 }) as const
const nack = (seq: number): Nack => ({ type: 'nack', what: 'switches', seq, problems: [{ pointer: '/a', message: 'no' }] })

function begin() {
  const clock = new ManualClock()
  return { clock, waits: new AckWaits(clock, () => clock.monotonicMs()) }
}

t.test('a wait ends with the last answer and says how long it took', async (t) => {
  const { clock, waits } = begin()
  const said = waits.wait('switches', 3, ['a', 'b'], 5_000)
  waits.answer('a', ack(3))
  clock.advance(40)
  waits.answer('b', nack(3))
  t.same(await said, { acked: 1, nacked: 1, of: 2, afterMs: 40, problems: [{ edgeId: 'b', problems: [{ pointer: '/a', message: 'no' }] }] })
  t.equal(clock.pending, 0, 'and its timer is gone')
})

t.test('a wait ends at its deadline with what was said so far', async (t) => {
  const { clock, waits } = begin()
  const said = waits.wait('switches', 3, ['a', 'b'], 5_000)
  waits.answer('a', ack(3))
  clock.advance(5_000)
  t.same(await said, { acked: 1, nacked: 0, of: 2, afterMs: 5_000 })
})

t.test('only answers to the same kind and number count, or to a later number', async (t) => {
  const { clock, waits } = begin()
  const said = waits.wait('switches', 3, ['a', 'b'], 5_000)
  waits.answer('a', ack(2))
  waits.answer('a', ack(3, 'publish'))
  waits.answer('b', ack(4))
  clock.advance(5_000)
  t.match(await said, { acked: 1, of: 2 })
})

t.test('an edge that answers twice counts once, and a stranger not at all', async (t) => {
  const { clock, waits } = begin()
  const said = waits.wait('switches', 3, ['a', 'b'], 5_000)
  waits.answer('a', ack(3))
  waits.answer('a', ack(3))
  waits.answer('c', ack(3))
  clock.advance(5_000)
  t.match(await said, { acked: 1, of: 2 })
})

t.test('an edge that goes away is not waited for', async (t) => {
  const { waits } = begin()
  const said = waits.wait('switches', 3, ['a', 'b'], 5_000)
  waits.answer('a', ack(3))
  waits.gone('b')
  t.match(await said, { acked: 1, nacked: 0, of: 2 })
})

t.test('nobody to wait for, or no time to wait, is answered at once', async (t) => {
  const { clock, waits } = begin()
  t.same(await waits.wait('switches', 3, [], 5_000), { acked: 0, nacked: 0, of: 0, afterMs: 0 })
  t.same(await waits.wait('switches', 3, ['a'], 0), { acked: 0, nacked: 0, of: 1, afterMs: 0 })
  t.equal(clock.pending, 0)
})

t.test('one wait too many is answered as things stand', async (t) => {
  const { clock, waits } = begin()
  const all = Array.from({ length: MAX_WAITS }, () => waits.wait('switches', 3, ['a'], 5_000))
  t.match(await waits.wait('switches', 3, ['a'], 5_000), { acked: 0, of: 1, afterMs: 0 })
  clock.advance(5_000)
  t.equal((await Promise.all(all)).length, MAX_WAITS)
})

t.test('closing ends all waits as they stand', async (t) => {
  const { clock, waits } = begin()
  const said = waits.wait('switches', 3, ['a'], 5_000)
  waits.close()
  t.match(await said, { acked: 0, of: 1 })
  t.equal(clock.pending, 0)
})
