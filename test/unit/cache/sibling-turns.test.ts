import t from 'tap'
import type { Turn } from '../../../edge/cache/fill-turn.ts'
import { allocateTurns, SiblingTurns } from '../../../edge/cache/sibling-turns.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

/** Workers over one memory, and their clock. */
function workers(count = 2) {
  const [clock, memory] = [new ManualClock(), allocateTurns()]
  const all = Array.from({ length: count }, (_, at) => new SiblingTurns(memory, { clock, timers: clock, random: new SeededRandom(at + 1) }))
  return { clock, first: all[0]!, second: all[1]!, all }
}

async function mine(turn: Promise<Turn>) {
  const got = await turn
  if (got.kind !== 'mine') throw new Error(`the turn is ${got.kind}`)
  return got.fill
}

t.test('one fetches, the other waits and is told how it ended; asked again, it is its turn', async (t) => {
  for (const outcome of ['stored', 'uncacheable', 'failed'] as const) {
    const { clock, first, second } = workers()
    const fill = await mine(first.claim('page', 5_000).turn())
    const claim = second.claim('page', 5_000)
    let told: Turn | null = null
    const waiting = claim.turn().then((turn) => {
      told = turn
    })
    await clock.advanceAsync(1_000, 10)
    t.equal(told, null, 'as long as it is fetched')
    await fill.end(outcome)
    await fill.end('failed')
    await clock.advanceAsync(200, 5)
    await waiting
    t.same(told, { kind: 'ended', outcome })
    t.equal((await claim.turn()).kind, 'mine')
  }
})

t.test('other keys have turns of their own', async (t) => {
  const { first, second } = workers()
  await mine(first.claim('a', 5_000).turn())
  t.equal((await second.claim('b', 5_000).turn()).kind, 'mine')
})

t.test('who has waited for as long as requests may wait goes alone', async (t) => {
  const { clock, first, second } = workers()
  await mine(first.claim('page', 60_000).turn())
  const waiting = second.claim('page', 500).turn()
  await clock.advanceAsync(600, 10)
  t.equal((await waiting).kind, 'alone')
})

t.test('a long answer is not waited for once its head is there', async (t) => {
  const { clock, first, second } = workers()
  const fill = await mine(first.claim('page', 60_000).turn())
  fill.arriving()
  const waiting = second.claim('page', 60_000).turn()
  await clock.advanceAsync(200, 10)
  t.equal(await Promise.race([waiting, 'still waiting']), 'still waiting')
  await clock.advanceAsync(200, 10)
  t.equal((await waiting).kind, 'alone')
  await clock.advanceAsync(10_000, 100)
  t.equal((await second.claim('page', 60_000).turn()).kind, 'alone', 'however long it takes')
  await fill.end('stored')
  t.match(await settledSoon(second.claim('page', 60_000).turn(), clock), { kind: 'ended', outcome: 'stored' })
})

async function settledSoon(turn: Promise<Turn>, clock: ManualClock): Promise<Turn> {
  await clock.advanceAsync(100, 5)
  return turn
}

t.test('a turn is held while its fetch lasts, and no longer than requests may wait; one whose holder died ends by itself', async (t) => {
  const { clock, first, second } = workers()
  await mine(first.claim('page', 5_500).turn())
  await clock.advanceAsync(5_000, 100)
  const waiting = second.claim('page', 5_000).turn()
  await clock.advanceAsync(1_500, 50)
  t.match(await waiting, { kind: 'ended', outcome: 'failed' })

  const dead = workers()
  const worker = new SiblingTurns(allocateTurns(), { clock: dead.clock, timers: dead.clock, random: new SeededRandom() })
  t.equal((await worker.claim('page', 5_000).turn()).kind, 'mine')
  const memory = allocateTurns()
  const silent = { after: () => () => {}, every: () => () => {} }
  await new SiblingTurns(memory, { clock: dead.clock, timers: silent, random: new SeededRandom() }).claim('page', 60_000).turn()
  const next = new SiblingTurns(memory, { clock: dead.clock, timers: dead.clock, random: new SeededRandom() }).claim('page', 60_000).turn()
  await dead.clock.advanceAsync(3_100, 20)
  t.equal((await next).kind, 'mine')
})

t.test('of many that ask at once exactly one has the turn', async (t) => {
  const { all } = workers(16)
  const turns = all.map((worker) => worker.claim('page', 5_000).turn())
  const seen = await Promise.all(turns.map((turn) => Promise.race([turn, 'waiting'])))
  t.equal(seen.filter((turn) => typeof turn !== 'string' && turn.kind === 'mine').length, 1)
})

t.test('however many keys there are, each gets an answer', async (t) => {
  const { first, second } = workers()
  let alone = 0
  for (let page = 0; page < 20_000; page += 1) {
    const turn = await (page % 2 === 0 ? first : second).claim(`page ${page}`, 5_000).turn()
    if (turn.kind === 'alone') alone += 1
    else if (turn.kind !== 'mine') t.fail(turn.kind)
  }
  t.ok(alone > 0, 'slots are taken')
})
