import t from 'tap'
import { allocateSlots, reclaimSlots, SharedSlots } from '../../../edge/base/shared-slots.ts'

const two = () => {
  const memory = allocateSlots(8, 2)
  return { memory, one: new SharedSlots(memory, 0).row('shop'), other: new SharedSlots(memory, 1).row('shop') }
}

t.test('workers share the count of a name, and no other', async (t) => {
  const { memory, one, other } = two()
  t.same([one.take(0, 2, 2), other.take(0, 2, 2), one.take(0, 2, 2), other.take(0, 2, 2)], [true, true, false, false])
  t.equal(one.inUse, 2)
  t.ok(new SharedSlots(memory, 0).row('other').take(0, 2, 2))
  other.give(0)
  t.equal(one.take(0, 2, 2), true)
})

t.test('a kind has no more than its own most, and what it may not have others may', async (t) => {
  const { one, other } = two()
  t.same([one.take(3, 10, 1), other.take(3, 10, 1), other.take(2, 10, 1)], [true, false, true])
  t.same([one.inUseBy(3), one.inUseBy(2), one.inUse], [1, 1, 2])
})

t.test('the queue is bounded in all, and tells who has waited longest at any worker', async (t) => {
  const { one, other } = two()
  const first = one.queue(1, 2)!
  const second = other.queue(1, 2)!
  one.showFirst(1, first)
  other.showFirst(1, second)
  t.equal(one.queue(0, 2), null)
  t.same([one.isBehind(1, first), other.isBehind(1, second), one.isBehind(1, 0), one.isBehind(0, 0)], [false, true, true, false])
  t.same([one.waiting, one.waitingUpTo(0), one.waitingUpTo(1)], [2, 0, 2])
  one.unqueue(1, 0)
  t.equal(other.isBehind(1, second), false)
})

t.test('what a worker used that has ended is given back, and its waiters are gone', async (t) => {
  const { memory, one, other } = two()
  one.take(0, 5, 5)
  other.take(0, 5, 5)
  other.take(2, 5, 5)
  other.showFirst(1, other.queue(1, 5)!)
  reclaimSlots(memory, 1)
  t.same([one.inUse, one.inUseBy(0), one.inUseBy(2), one.waiting, one.isBehind(1, 0)], [1, 1, 0, 0, false])
  one.give(0)
  t.equal(one.inUse, 0)
})

t.test('who waits hears of changes', async (t) => {
  const { one, other } = two()
  other.take(0, 1, 1)
  one.showFirst(0, one.queue(0, 1)!)
  const seen = one.changes
  const change = one.nextChange(seen)
  other.give(0)
  await change
  t.equal(one.nextChange(seen), null, 'and of those that have been')
})

t.test('a name that finds no row is counted by each worker alone', async (t) => {
  const memory = allocateSlots(1, 2)
  const [one, other] = [new SharedSlots(memory, 0), new SharedSlots(memory, 1)]
  one.row('shop')
  t.notOk(one.row('shop').alone)
  t.ok(one.row('late').alone)
  t.same([one.row('late').take(0, 1, 1), other.row('late').take(0, 1, 1)], [true, true])
})
