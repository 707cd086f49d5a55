import t from 'tap'
import { PurgeBook, type PurgeWish } from '../../../../control/api/purge-book.ts'
import { ITSELF } from '../../../../control/domain/audit.ts'
import { IN_MEMORY } from '../../../../control/store/open-database.ts'
import { SqliteStore } from '../../../../control/store/sqlite-store.ts'
import type { PurgeOrder } from '../../../../edge/contract/purge.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const tag = (tag: string, againAfterMs = 0): PurgeOrder => ({ by: 'tag', tag, mode: 'hard', againAfterMs })
const wish = (orders: PurgeOrder[], key = ''): PurgeWish => ({ orders, reason: 'price', key })

function begin(t: Scope, { stateDir = IN_MEMORY, clock = new ManualClock() } = {}) {
  const store = new SqliteStore(stateDir, new SeededRandom())
  const book = new PurgeBook({ store: store.purges, site: () => store.current(), clock, timers: clock, log: new RecordingLog() })
  const told: number[] = []
  book.start(() => told.push(book.head().seq))
  const close = () => {
    book.close()
    store.close()
  }
  t.teardown(close)
  return { store, book, told, clock, close }
}

t.test('orders are in the log, audited and told within the call', async (t) => {
  const { book, told, store } = begin(t)
  const url: PurgeOrder = { by: 'url', url: 'http://Shop.example/a', mode: 'soft', againAfterMs: 0 }
  const outcome = book.append(wish([tag('a'), url]), { ...ITSELF, name: 'ann' })
  t.match(outcome, { kind: 'taken', purges: [{ seq: 1 }, { seq: 2, order: { url: 'http://shop.example/a' } }] })
  t.same(told, [2])
  const [entry] = store.audit({ limit: 1 })
  t.match(entry, { actor: 'ann', action: 'purge.append', subject: '1-2', reason: 'price' })
  t.same(entry?.change.purges, ['hard tag a', 'soft http://shop.example/a'])
})

t.test('a request that is sent again under its name purges once', async (t) => {
  const { book, told } = begin(t)
  book.append(wish([tag('a')], 'k'), ITSELF)
  t.match(book.append(wish([tag('a')], 'k'), ITSELF), { kind: 'known', purges: [{ seq: 1 }] })
  t.match(book.append(wish([tag('a')], 'k'), { ...ITSELF, name: 'ann' }), { kind: 'taken' }, 'the name of another is another')
  t.same(told, [1, 2])
})

t.test('what cannot be purged changes nothing', async (t) => {
  const { book, told } = begin(t)
  const route: PurgeOrder = { by: 'route', route: 'none', mode: 'hard', againAfterMs: 0 }
  t.match(book.append(wish([tag('a'), route]), ITSELF), { kind: 'refused', problems: [{ pointer: '/purges/1/route' }] })
  t.same(told, [])
})

t.test('a purge is repeated once, as a purge of its own, when its time has come', async (t) => {
  const { book, clock, store, told } = begin(t)
  book.append(wish([tag('slow', 2_000), tag('quick', 500)]), ITSELF)
  clock.advance(499)
  t.equal(book.head().seq, 2)
  clock.advance(1)
  t.match(store.purges.purge(3), { order: tag('quick'), reason: 'price' })
  clock.advance(60_000)
  t.match(store.purges.purge(4), { order: tag('slow') })
  t.same(told, [2, 3, 4], 'and not again')
})

t.test('what is due at once is one write and one message', async (t) => {
  const { book, clock, told } = begin(t)
  book.append(wish([tag('a', 500), tag('b', 500), tag('c', 500)]), ITSELF)
  clock.advance(500)
  t.same(told, [3, 6])
})

t.test('row changes leave the audit to what people do', async (t) => {
  const { book, store } = begin(t)
  book.append({ ...wish([tag('a')]), audit: 'none' }, ITSELF)
  t.equal(book.head().seq, 1)
  t.same(store.audit({ limit: 1 }), [])
})

t.test('a restart loses no repeat: one whose time came meanwhile is made at once', async (t) => {
  const stateDir = tempDir(t)
  const first = begin(t, { stateDir })
  first.book.append(wish([tag('a', 5_000)]), ITSELF)
  first.close()
  first.clock.advance(9_000)
  const { book, clock } = begin(t, { stateDir, clock: first.clock })
  t.equal(book.head().seq, 1)
  clock.advance(1)
  t.equal(book.head().seq, 2)
})

t.test('numbers go on after one that an edge knows', async (t) => {
  const { book } = begin(t)
  book.raise(40)
  t.match(book.append(wish([tag('a')]), ITSELF), { purges: [{ seq: 41 }] })
  t.equal(book.after(40, 5).length, 1)
})
