import t from 'tap'
import { auditEntry, ITSELF } from '../../../../control/domain/audit.ts'
import { MAX_PURGE_AGE_MS, nextPurges } from '../../../../control/domain/purge-log.ts'
import { IN_MEMORY, openDatabase } from '../../../../control/store/open-database.ts'
import { Sql } from '../../../../control/store/sql.ts'
import { SqlitePurges } from '../../../../control/store/sqlite-purges.ts'
import type { PurgeOrder } from '../../../../edge/contract/purge.ts'
import type { Scope } from '../../../support/scope.ts'
import { tempDir } from '../../../support/temp-dir.ts'

function open(t: Scope, stateDir: string = IN_MEMORY, max?: number) {
  const sql = new Sql(openDatabase(stateDir))
  t.teardown(() => sql.close())
  const purges = new SqlitePurges(sql, max)
  const append = (orders: PurgeOrder[], { nowMs = 1_000, key = '', owner = 'ann' } = {}) => {
    const next = nextPurges(purges.head(), orders, { owner, reason: 'why', key }, nowMs)
    purges.append({ ...next, done: [] }, auditEntry(ITSELF, { action: 'purge.append', subject: '1', reason: '', change: {} }, nowMs))
  }
  return { sql, purges, append, close: () => sql.close() }
}
const tag = (tag: string, againAfterMs = 0): PurgeOrder => ({ by: 'tag', tag, mode: 'hard', againAfterMs })
const tags = (purges: readonly { readonly order: PurgeOrder }[]) => purges.map(({ order }) => (order.by === 'tag' ? order.tag : order.by))

t.test('the log and what is due are there after a restart, and numbers go on', async (t) => {
  const stateDir = tempDir(t)
  const first = open(t, stateDir)
  first.append([tag('a'), tag('b', 500)])
  first.close()
  const { purges, append } = open(t, stateDir)
  t.same(purges.head(), { seq: 2, floor: 0 })
  t.match(purges.repeats(10), [{ of: 2, dueAtMs: 1_500, order: tag('b') }])
  append([tag('c')])
  t.same(tags(purges.after(1, 10)), ['b', 'c'])
  t.same(tags(purges.page({ limit: 2 })), ['c', 'b'])
  t.match(purges.purge(1), { seq: 1, owner: 'ann', reason: 'why', atMs: 1_000 })
  t.equal(purges.purge(9), null)
})

t.test('beyond its bounds in count and age the oldest go, and the floor says up to where', async (t) => {
  const { purges, append } = open(t, IN_MEMORY, 3)
  append(['a', 'b', 'c', 'd', 'e'].map((name) => tag(name)))
  t.same(purges.head(), { seq: 5, floor: 2 })
  t.same(tags(purges.after(0, 10)), ['c', 'd', 'e'])
  append([tag('f')], { nowMs: 1_001 + MAX_PURGE_AGE_MS })
  t.same(purges.head(), { seq: 6, floor: 5 })
  t.same(tags(purges.after(0, 10)), ['f'])
})

t.test('what was purged under a name is found by it and its owner only', async (t) => {
  const { purges, append } = open(t)
  append([tag('a'), tag('b')], { key: 'k' })
  append([tag('c')], { key: 'k', owner: 'bob' })
  t.same(tags(purges.byKey('k', 'ann')), ['a', 'b'])
  t.same(purges.byKey('other', 'ann'), [])
})

t.test('a raised log keeps its place, and a repeat that was made is due no more', async (t) => {
  const { purges, append } = open(t)
  append([tag('a', 10)])
  purges.raise({ seq: 50, floor: 50 })
  t.same(purges.head(), { seq: 50, floor: 50 })
  purges.append({ purges: [], repeats: [], done: [1] }, null)
  t.same(purges.repeats(10), [])
})
