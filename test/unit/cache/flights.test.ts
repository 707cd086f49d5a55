import t from 'tap'
import { Abort } from '../../../edge/base/abort.ts'
import { type Arriving, type FlightOutcome, Flights, type FlightTerms, type Leader, type Ticket } from '../../../edge/cache/flights.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { readBody } from '../../support/read-body.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { makeEntry } from './make-entry.ts'

const TERMS: FlightTerms = { timeoutMs: 1_000, maxWaiters: 3 }
const STORED: FlightOutcome = { kind: 'stored', entry: makeEntry() }

function makeFlights(bounds = {}) {
  const clock = new ManualClock()
  const flights = new Flights(
    { clock, timers: clock, random: new SeededRandom() },
    { maxFlights: 10, maxMarks: 2, markMs: 5_000, ...bounds },
  )
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
  const first = leader(flights.join('a', TERMS, new Abort()))
  const waits = [flights.join('a', TERMS, new Abort()), flights.join('a', TERMS, new Abort())].map(waiting)
  first.finish(STORED)
  t.same(await Promise.all(waits), [STORED, STORED])
  t.equal(flights.size, 0)
  t.equal(clock.pending, 0, 'no timer is left')
})

t.test('other keys do not wait', async (t) => {
  const { flights } = makeFlights()
  leader(flights.join('a', TERMS, new Abort()))
  leader(flights.join('b', TERMS, new Abort()))
  t.equal(flights.size, 2)
})

t.test('when it is over, the next one leads', async (t) => {
  const { flights } = makeFlights()
  leader(flights.join('a', TERMS, new Abort())).finish(STORED)
  t.equal(flights.join('a', TERMS, new Abort()).role, 'leader')
})

t.test('a leader that fails releases all at once', async (t) => {
  const { flights } = makeFlights()
  const first = leader(flights.join('a', TERMS, new Abort()))
  const wait = waiting(flights.join('a', TERMS, new Abort()))
  first.finish({ kind: 'failed' })
  t.same(await wait, { kind: 'failed' })
  t.equal(flights.join('a', TERMS, new Abort()).role, 'leader', 'a failure marks nothing')
})

t.test('a leader that is never heard of again is given up at the deadline', async (t) => {
  const { clock, flights } = makeFlights()
  const lost = leader(flights.join('a', TERMS, new Abort()))
  clock.advance(600)
  const wait = waiting(flights.join('a', TERMS, new Abort()))
  clock.advance(400)
  t.same(await wait, { kind: 'late' })
  t.same([flights.size, clock.pending], [0, 0])

  leader(flights.join('a', TERMS, new Abort()))
  const second = waiting(flights.join('a', TERMS, new Abort()))
  lost.finish(STORED)
  t.equal(flights.size, 1, 'what it says later does not end the flight of another')
  clock.advance(1_000)
  t.same(await second, { kind: 'late' })
})

t.test('no more wait than may', async (t) => {
  const { flights } = makeFlights()
  const first = leader(flights.join('a', TERMS, new Abort()))
  const roles = [1, 2, 3, 4].map(() => flights.join('a', TERMS, new Abort()))
  t.same(
    roles.map(({ role }) => role),
    ['waiter', 'waiter', 'waiter', 'alone'],
  )
  t.same(roles.at(-1), { role: 'alone', because: 'full' })
  first.finish(STORED)
})

t.test('with too many flights under way requests go alone', async (t) => {
  const { flights } = makeFlights({ maxFlights: 1 })
  leader(flights.join('a', TERMS, new Abort()))
  t.same(flights.join('b', TERMS, new Abort()), { role: 'alone', because: 'full' })
  t.equal(flights.join('a', TERMS, new Abort()).role, 'waiter')
})

t.test('after an answer that may not be shared nobody waits for that key, for a while', async (t) => {
  const { clock, flights } = makeFlights()
  const first = leader(flights.join('a', TERMS, new Abort()))
  const wait = waiting(flights.join('a', TERMS, new Abort()))
  first.finish({ kind: 'uncacheable' })
  t.same(await wait, { kind: 'uncacheable' })
  clock.advance(4_999)
  t.same(flights.join('a', TERMS, new Abort()), { role: 'alone', because: 'uncacheable' })
  clock.advance(1)
  t.equal(flights.join('a', TERMS, new Abort()).role, 'leader')
})

t.test('of too many marks the oldest is forgotten', async (t) => {
  const { flights } = makeFlights()
  for (const key of ['a', 'b', 'c']) leader(flights.join(key, TERMS, new Abort())).finish({ kind: 'uncacheable' })
  t.same(
    ['a', 'b', 'c'].map((key) => flights.join(key, TERMS, new Abort()).role),
    ['leader', 'alone', 'alone'],
  )
})

t.test('a time of 0 turns coalescing off', async (t) => {
  const { clock, flights } = makeFlights()
  t.same(flights.join('a', { ...TERMS, timeoutMs: 0 }, new Abort()), { role: 'alone', because: 'off' })
  t.same([flights.size, clock.pending], [0, 0])
})

t.test('only the first word of a leader counts', async (t) => {
  const { flights } = makeFlights()
  const first = leader(flights.join('a', TERMS, new Abort()))
  const wait = waiting(flights.join('a', TERMS, new Abort()))
  first.finish(STORED)
  first.finish({ kind: 'uncacheable' })
  t.same(await wait, STORED)
  t.equal(flights.join('a', TERMS, new Abort()).role, 'leader')
})

/** An answer on its way that counts its readers and never ends. */
function arriving(): Arriving & { readers: number } {
  const made = {
    head: makeEntry(),
    entry: null,
    readers: 0,
    reader() {
      made.readers += 1
      return Object.assign(ScriptedBody.of('so far'), { cut: false })
    },
  }
  return made
}

t.test('once an answer is on its way all are served from it, also those who come while it is coming', async (t) => {
  const { clock, flights } = makeFlights()
  const first = leader(flights.join('a', TERMS, new Abort()))
  const early = waiting(flights.join('a', TERMS, new Abort()))
  const answer = arriving()
  first.begin(answer)
  const late = waiting(flights.join('a', TERMS, new Abort()))
  for (const outcome of await Promise.all([early, late])) {
    if (outcome.kind !== 'begun') throw new Error(`told ${outcome.kind}`)
    t.equal(outcome.arriving, answer)
    t.same(await readBody(outcome.body), { text: 'so far', fault: null })
  }
  t.equal(answer.readers, 2, 'each has a reader of his own')
  t.equal(clock.pending, 0, 'the deadline is one until the head')
  first.finish(STORED)
  t.equal(flights.size, 0)
})

t.test('those who read count as those who wait do', async (t) => {
  const { flights } = makeFlights()
  leader(flights.join('a', TERMS, new Abort())).begin(arriving())
  const roles = [1, 2, 3, 4].map(() => flights.join('a', TERMS, new Abort()).role)
  t.same(roles, ['waiter', 'waiter', 'waiter', 'alone'])
})

t.test('a waiter whose client leaves makes room for another', async (t) => {
  const { flights } = makeFlights()
  const first = leader(flights.join('a', TERMS, new Abort()))
  const clients = [new Abort(), new Abort(), new Abort()]
  const waits = clients.map((client) => waiting(flights.join('a', TERMS, client)))
  clients[1]!.abort()
  t.same(await waits[1], { kind: 'left' })
  const other = waiting(flights.join('a', TERMS, new Abort()))
  first.finish(STORED)
  t.same(await other, STORED)
})

t.test('a fetch is wanted for as long as its own client or anybody who waits is there', async (t) => {
  const { flights } = makeFlights()
  const own = new Abort()
  const other = new Abort()
  const first = leader(flights.join('a', TERMS, own))
  const wanted = first.wantedWith(own)
  const wait = waiting(flights.join('a', TERMS, other))
  own.abort()
  t.notOk(wanted.aborted, 'somebody waits')
  other.abort()
  t.ok(wanted.aborted)
  t.same(await wait, { kind: 'left' })

  const alone = new Abort()
  const second = leader(flights.join('b', TERMS, alone)).wantedWith(alone)
  alone.abort()
  t.ok(second.aborted)
})

t.test('who waited in vain past the deadline does not keep the fetch of a client that left', async (t) => {
  const { clock, flights } = makeFlights()
  const own = new Abort()
  const wanted = leader(flights.join('a', TERMS, own)).wantedWith(own)
  const wait = waiting(flights.join('a', TERMS, new Abort()))
  own.abort()
  clock.advance(1_000)
  t.same([await wait, wanted.aborted], [{ kind: 'late' }, true])
})

t.test('nobody can place himself to lead after a failure: who is let go first is left to chance', async (t) => {
  const firsts = new Set<number>()
  const { flights } = makeFlights()
  for (let round = 0; round < 20; round++) {
    const first = leader(flights.join('a', TERMS, new Abort()))
    const order: number[] = []
    const waits = [0, 1, 2].map((at) => waiting(flights.join('a', TERMS, new Abort())).then(() => order.push(at)))
    first.finish({ kind: 'failed' })
    await Promise.all(waits)
    firsts.add(order[0]!)
  }
  t.equal(firsts.size, 3)
})

t.test('a refresh leads where nobody fetches yet, and only there', async (t) => {
  const { flights } = makeFlights()
  const refresh = flights.leadIfFree('a', TERMS)
  t.equal(refresh?.role, 'leader')
  t.equal(flights.leadIfFree('a', TERMS), null)
  t.equal(flights.join('a', TERMS, new Abort()).role, 'waiter')
  refresh?.finish({ kind: 'uncacheable' })
  t.equal(flights.leadIfFree('a', TERMS), null, 'marked')
  t.equal(flights.leadIfFree('b', { ...TERMS, timeoutMs: 0 }), null, 'off')
})
