import t from 'tap'
import { type FlightOutcome, Flights, type FlightTerms, type Leader, type Ticket } from '../../../edge/cache/flights.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { makeEntry } from './make-entry.ts'

const TERMS: FlightTerms = { timeoutMs: 1_000, maxWaiters: 3 }
const STORED: FlightOutcome = { kind: 'stored', entry: makeEntry() }

function makeFlights(bounds = {}) {
  const clock = new ManualClock()
  const flights = new Flights({ clock, timers: clock }, { maxFlights: 10, maxMarks: 2, markMs: 5_000, ...bounds })
  return { clock, flights }
}

function leader(ticket: Ticket): Leader {
  if (ticket.role !== 'leader') throw new Error(`wanted a leader, got ${ticket.role}`)
  return ticket
}

function waiting(ticket: Ticket) {
  if (ticket.role !== 'waiter') throw new Error(`wanted a waiter, got ${ticket.role}`)
  return ticket.wait
}

t.test('one asks the origin, the others get what it brings', async (t) => {
  const { clock, flights } = makeFlights()
  const first = leader(flights.join('a', TERMS))
  const waits = [flights.join('a', TERMS), flights.join('a', TERMS)].map(waiting)
  first.finish(STORED)
  t.same(await Promise.all(waits), [STORED, STORED])
  t.equal(flights.size, 0)
  t.equal(clock.pending, 0, 'no timer is left')
})

t.test('other keys do not wait', async (t) => {
  const { flights } = makeFlights()
  leader(flights.join('a', TERMS))
  leader(flights.join('b', TERMS))
  t.equal(flights.size, 2)
})

t.test('when it is over, the next one leads', async (t) => {
  const { flights } = makeFlights()
  leader(flights.join('a', TERMS)).finish(STORED)
  t.equal(flights.join('a', TERMS).role, 'leader')
})

t.test('a leader that fails releases all at once', async (t) => {
  const { flights } = makeFlights()
  const first = leader(flights.join('a', TERMS))
  const wait = waiting(flights.join('a', TERMS))
  first.finish({ kind: 'failed' })
  t.same(await wait, { kind: 'failed' })
  t.equal(flights.join('a', TERMS).role, 'leader', 'a failure marks nothing')
})

t.test('a leader that is never heard of again is given up at the deadline', async (t) => {
  const { clock, flights } = makeFlights()
  const lost = leader(flights.join('a', TERMS))
  clock.advance(600)
  const wait = waiting(flights.join('a', TERMS))
  clock.advance(400)
  t.same(await wait, { kind: 'late' })
  t.same([flights.size, clock.pending], [0, 0])

  leader(flights.join('a', TERMS))
  const second = waiting(flights.join('a', TERMS))
  lost.finish(STORED)
  t.equal(flights.size, 1, 'what it says later does not end the flight of another')
  clock.advance(1_000)
  t.same(await second, { kind: 'late' })
})

t.test('no more wait than may', async (t) => {
  const { flights } = makeFlights()
  const first = leader(flights.join('a', TERMS))
  const roles = [1, 2, 3, 4].map(() => flights.join('a', TERMS))
  t.same(
    roles.map(({ role }) => role),
    ['waiter', 'waiter', 'waiter', 'alone'],
  )
  t.same(roles.at(-1), { role: 'alone', because: 'full' })
  first.finish(STORED)
})

t.test('with too many flights under way requests go alone', async (t) => {
  const { flights } = makeFlights({ maxFlights: 1 })
  leader(flights.join('a', TERMS))
  t.same(flights.join('b', TERMS), { role: 'alone', because: 'full' })
  t.equal(flights.join('a', TERMS).role, 'waiter')
})

t.test('after an answer that may not be shared nobody waits for that key, for a while', async (t) => {
  const { clock, flights } = makeFlights()
  const first = leader(flights.join('a', TERMS))
  const wait = waiting(flights.join('a', TERMS))
  first.finish({ kind: 'uncacheable' })
  t.same(await wait, { kind: 'uncacheable' })
  clock.advance(4_999)
  t.same(flights.join('a', TERMS), { role: 'alone', because: 'uncacheable' })
  clock.advance(1)
  t.equal(flights.join('a', TERMS).role, 'leader')
})

t.test('of too many marks the oldest is forgotten', async (t) => {
  const { flights } = makeFlights()
  for (const key of ['a', 'b', 'c']) leader(flights.join(key, TERMS)).finish({ kind: 'uncacheable' })
  t.same(
    ['a', 'b', 'c'].map((key) => flights.join(key, TERMS).role),
    ['leader', 'alone', 'alone'],
  )
})

t.test('a time of 0 turns coalescing off', async (t) => {
  const { clock, flights } = makeFlights()
  t.same(flights.join('a', { ...TERMS, timeoutMs: 0 }), { role: 'alone', because: 'off' })
  t.same([flights.size, clock.pending], [0, 0])
})

t.test('only the first word of a leader counts', async (t) => {
  const { flights } = makeFlights()
  const first = leader(flights.join('a', TERMS))
  const wait = waiting(flights.join('a', TERMS))
  first.finish(STORED)
  first.finish({ kind: 'uncacheable' })
  t.same(await wait, STORED)
  t.equal(flights.join('a', TERMS).role, 'leader')
})
