import t from 'tap'
import { rulesOf } from './change-maker.ts'

const purge = [{ tag: 'a' }]
const rules = rulesOf({
  one: { table: 'shop.item', purge },
  two: { table: 'shop.item', purge },
  shards: { table: 'shop.item_*', purge },
  all: { table: 'shop.*', purge },
  constructor: { table: 'constructor.toString', purge },
})
const idsOf = (database: string, table: string) => rules.of(database, table).map(({ id }) => id)

t.test('every rule that takes a table is found', (t) => {
  t.same(idsOf('shop', 'item'), ['one', 'two', 'all'])
  t.same(idsOf('shop', 'item_0042'), ['shards', 'all'])
  t.same(idsOf('shop', 'price'), ['all'])
  t.same(idsOf('other', 'item'), [])
  t.same(idsOf('constructor', 'toString'), ['constructor'])
  t.same(idsOf('__proto__', 'x'), [])
  t.end()
})

t.test('a dot in a name does not reach into another database', (t) => {
  t.same(rulesOf({ dotted: { table: 'a.b', purge } }).of('a.b', ''), [])
  t.end()
})
