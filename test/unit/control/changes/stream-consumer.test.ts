import t from 'tap'
import { StreamConsumer } from '../../../../control/changes/stream-consumer.ts'
import { EdgeError } from '../../../../edge/base/edge-error.ts'
import { ChangeStreamSchema } from '../../../../edge/contract/changes.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { accepted } from '../../contract/accepts.ts'
import { makeDesk, update } from './change-maker.ts'
import { ScriptedStream } from './scripted-stream.ts'

const row = (id: string, version = 1) => update({ id, slug: `s${id}`, version })
const CONFIG = { url: 'redis://127.0.0.1:1', maxTries: 3, claimIdleMs: 1_000, maxEntryBytes: 2_048 }

function makeConsumer(t: Scope, config: object = {}) {
  const made = makeDesk()
  const stream = new ScriptedStream()
  const clock = new ManualClock()
  const log = new RecordingLog()
  const read = accepted(ChangeStreamSchema, { ...CONFIG, ...config })
  const consumer = new StreamConsumer(read, { ...made, stream, log, clock, timers: clock, random: new SeededRandom() })
  const tags = () => made.purges.fresh.filter((text) => text.startsWith('item-'))
  const settle = async () => {
    for (let i = 0; i < 50 && !stream.isIdle; i++) await new Promise(setImmediate)
  }
  t.teardown(() => consumer.close())
  return { ...made, stream, clock, log, consumer, tags, settle }
}

t.test('an entry is acknowledged once its purges are in the log', async (t) => {
  const { stream, purges, consumer, tags, settle } = makeConsumer(t)
  let pendingThen = 0
  purges.before = () => {
    pendingThen = stream.pending.size
  }
  stream.add('1-0', row('1'))
  stream.add('2-0', [row('2'), row('3')])
  consumer.start()
  await settle()
  t.same(tags(), ['item-1', 'item-2', 'item-3'])
  t.equal(pendingThen, 2)
  t.equal(stream.pending.size, 0)
  t.match(consumer.state, { state: 'up', lastFault: null })
})

t.test('what can never be used goes to the dead letters, and keeps no other up', async (t) => {
  const { stream, metrics, consumer, tags, settle } = makeConsumer(t)
  stream.add('1-0', 'not JSON')
  stream.add('2-0', null)
  stream.add('3-0', [row('3'), { database: 'shop', table: 'item', type: 'UPDATE', data: [{ id: 4 }] }])
  stream.add('4-0', JSON.stringify(row('x'.repeat(3_000))))
  stream.add('5-0', row('5'))
  consumer.start()
  await settle()
  t.same(
    stream.dead.map(({ entry, cause, reason }) => [entry.id, cause, reason]),
    [
      ['1-0', 'unreadable', 'is not JSON'],
      ['2-0', 'unreadable', 'has no field "change", and more than one field'],
      ['4-0', 'too-large', 'must be at most 2048 bytes'],
      ['3-0', 'invalid', '/1/data/0/slug the row has no column "slug" (rule item)'],
    ],
  )
  t.same(tags(), ['item-3', 'item-5'])
  t.equal(metrics.value('weir_changes_dead_total', ['unreadable']), 2)
})

t.test('a purge log that cannot be written keeps the batch waiting, and nothing dies of it', async (t) => {
  const { stream, purges, clock, log, consumer, tags, settle } = makeConsumer(t)
  let failures = 0
  purges.before = () => {
    if (++failures <= 20) throw new EdgeError('STATE_UNWRITABLE', {})
  }
  stream.add('1-0', row('1'))
  consumer.start()
  await settle()
  t.equal(consumer.state.lastFault, 'STATE_UNWRITABLE')
  t.equal(stream.pending.size, 1)
  await clock.advanceAsync(30_000, 100)
  await settle()
  t.same(tags(), ['item-1'])
  t.same([stream.dead.length, stream.pending.size], [0, 0])
  t.equal(log.of('changes-wait').length, 20)
})

t.test('an entry that makes its consumer fail is told from its neighbours, tried again, and dies', async (t) => {
  const { stream, purges, clock, consumer, tags, settle } = makeConsumer(t)
  purges.refuses = (order) => {
    if ('tag' in order && order.tag === 'item-2') throw new TypeError('of all things')
    return false
  }
  for (const id of ['1', '2', '3']) stream.add(`${id}-0`, row(id))
  consumer.start()
  await settle()
  t.same(tags(), ['item-1', 'item-3'])
  t.same([...stream.pending.keys()], ['2-0'])
  for (let tries = 2; tries <= 4; tries++) {
    t.same(stream.dead, [])
    for (const [id, held] of stream.pending) stream.abandoned.set(id, held)
    clock.advance(1_000)
    stream.add(`9-${tries}`, row('9', tries))
    await settle()
    stream.add(`8-${tries}`, row('8', tries))
    await settle()
  }
  t.match(stream.dead, [
    { entry: { id: '2-0' }, cause: 'tries', tries: 4, reason: 'was delivered 3 times and never done: TypeError: of all things' },
  ])
  t.equal(stream.pending.size, 0)
})

t.test('what others left is taken over, and what was trimmed is counted as lost', async (t) => {
  const { stream, metrics, clock, log, consumer, tags, settle } = makeConsumer(t)
  consumer.start()
  await settle()
  stream.abandoned.set('1-0', { entry: { id: '1-0', text: JSON.stringify(row('1')) }, tries: 1 })
  stream.abandoned.set('2-0', { entry: null, tries: 1 })
  clock.advance(1_000)
  stream.add('3-0', row('3'))
  await settle()
  stream.add('4-0', row('4'))
  await settle()
  t.same(tags(), ['item-3', 'item-1', 'item-4'])
  t.equal(metrics.value('weir_changes_lost_total'), 1)
  t.match(log.of('changes-lost'), [{ level: 'error', count: 1 }])
})

t.test('a Redis that goes and comes back: told once, tried again with pauses, what was held comes first', async (t) => {
  const { stream, metrics, clock, log, consumer, tags, settle } = makeConsumer(t)
  consumer.start()
  await settle()
  stream.before = (call) => {
    if (call !== 'leave') throw Object.assign(new Error('gone'), { code: 'ECONNRESET' })
  }
  stream.add('1-0', row('1'))
  await clock.advanceAsync(5_000, 100)
  t.match(consumer.state, { state: 'down', lastFault: 'ECONNRESET' })
  t.equal(metrics.value('weir_changes_stream_state'), 0)
  t.ok(stream.calls.filter((call) => call === 'prepare').length < 40, 'not in a hurry')
  stream.before = () => {}
  stream.pending.set('0-9', { entry: { id: '0-9', text: JSON.stringify(row('9')) }, tries: 1 })
  stream.add('2-0', row('2'))
  await clock.advanceAsync(2_000, 100)
  await settle()
  t.same(tags(), ['item-1', 'item-9', 'item-2'])
  t.match(consumer.state, { state: 'up', lastFault: null })
  t.equal(log.of('changes-down').length, 1)
  t.equal(log.of('changes-up').length, 2)
})

t.test('closing finishes what is in hand, and takes a passing name out of the group', async (t) => {
  const { stream, consumer, settle } = makeConsumer(t)
  consumer.start()
  await settle()
  await consumer.close()
  t.equal(stream.calls.at(-1), 'leave')
  const named = makeConsumer(t, { consumer: 'control-1' })
  named.consumer.start()
  await named.settle()
  await named.consumer.close()
  t.notOk(named.stream.calls.includes('leave'))
})

t.test('closing ends a wait for the purge log; the entry is left for the next', async (t) => {
  const { stream, purges, consumer, settle } = makeConsumer(t)
  purges.before = () => {
    throw new EdgeError('STATE_UNWRITABLE', {})
  }
  stream.add('1-0', row('1'))
  consumer.start()
  await settle()
  await consumer.close()
  t.same([...stream.pending.keys()], ['1-0'])
})
