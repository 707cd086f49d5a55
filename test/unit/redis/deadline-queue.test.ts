import t from 'tap'
import { DeadlineQueue, LATE } from '../../../edge/redis/deadline-queue.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function makeQueue() {
  const clock = new ManualClock()
  return { clock, queue: new DeadlineQueue({ clock, timers: clock }, 20) }
}

t.test('work that is done in time gives what it gives', async (t) => {
  const { queue } = makeQueue()
  t.equal(await queue.within(Promise.resolve('reply')), 'reply')
  await t.rejects(queue.within(Promise.reject(new Error('refused'))), /refused/)
})

t.test('work that takes too long is late, and what it says afterwards is lost', async (t) => {
  const { clock, queue } = makeQueue()
  const work = Promise.withResolvers<string>()
  const failing = Promise.withResolvers<string>()
  const seen = [queue.within(work.promise), queue.within(failing.promise)]
  clock.advance(21)
  work.resolve('reply')
  failing.reject(new Error('connection lost'))
  t.same(await Promise.all(seen), [LATE, LATE])
})

t.test('each piece of work has its own time, on one timer', async (t) => {
  const { clock, queue } = makeQueue()
  const seen: string[] = []
  const begin = (name: string) => queue.within(new Promise(() => {})).then(() => seen.push(`${name}`))
  const first = begin('first')
  clock.advance(15)
  const second = begin('second')
  t.equal(clock.pending, 1)
  clock.advance(6)
  await first
  t.same(seen, ['first'])
  t.equal(clock.pending, 1)
  clock.advance(15)
  await second
  t.same(seen, ['first', 'second'])
  t.equal(clock.pending, 0, 'no timer runs when nothing waits')
})

t.test('settled work ahead in the queue holds up nobody', async (t) => {
  const { clock, queue } = makeQueue()
  await queue.within(Promise.resolve())
  clock.advance(10)
  const waiting = queue.within(new Promise(() => {}))
  clock.advance(10)
  t.equal(clock.pending, 1)
  clock.advance(11)
  t.equal(await waiting, LATE)
})

t.test('a reply that was there in time counts, although the thread stood still', async (t) => {
  const { clock, queue } = makeQueue()
  const work = Promise.withResolvers<string>()
  const reply = queue.within(work.promise)
  clock.advance(20) // the timer runs first …
  work.resolve('reply') // … then the socket is read
  await reply
  clock.advance(5)
  t.equal(await reply, 'reply')
})

t.test('work without a promise is given up once, unless it was settled before', async (t) => {
  const { clock, queue } = makeQueue()
  const told: string[] = []
  const settled = queue.begin(() => told.push('settled'))
  const late = queue.begin(() => told.push('late'))
  t.ok(settled.settle())
  t.notOk(settled.settle())
  clock.advance(22)
  t.same(told, ['late'])
  t.notOk(late.settle(), 'what comes afterwards comes too late')
  t.equal(clock.pending, 0)
})
