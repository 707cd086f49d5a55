import t from 'tap'
import { NO_PURGES, PurgeTable } from '../../../edge/cache/purge-table.ts'
import { ANY_TAG, groupTag, routeTag } from '../../../edge/cache/tags.ts'
import type { PurgeOrder } from '../../../edge/contract/purge.ts'

const how = { mode: 'hard', againAfterMs: 0 } as const
const KEY = 'https://shop.example/product/7?a=1\0haccept\x004:text'
const entry = (fillSeq: number, tags: readonly string[] = []) => ({ fillSeq, requestedAtMs: 1_000, tags })

function tableOf(...orders: PurgeOrder[]) {
  const table = new PurgeTable()
  for (const [i, order] of orders.entries()) table.add({ seq: i + 1, order })
  return table
}

t.test('a purge reaches what was filled before it by URL, prefix, label, group, route, and everything', async (t) => {
  const reached: [PurgeOrder, string[]][] = [
    [{ by: 'url', url: 'https://shop.example/product/7?a=1', ...how }, []],
    [{ by: 'prefix', prefix: 'https://shop.example/product/', ...how }, []],
    [{ by: 'tag', tag: 'p7', ...how }, ['p6', 'p7']],
    [{ by: 'group', origin: 'https://shop.example', group: 'g', ...how }, [groupTag('https://shop.example', 'g')]],
    [{ by: 'route', route: 'shop', ...how }, [routeTag('shop')]],
    [{ by: 'all', ...how }, []],
  ]
  for (const [order, tags] of reached) {
    const table = tableOf(order)
    t.equal(table.verdict(KEY, entry(0, tags)), 'hard', order.by)
    t.equal(table.verdict(KEY, entry(1, tags)), 'none', `${order.by}, filled after`)
  }
})

t.test('what is something else is not reached', async (t) => {
  const table = tableOf(
    { by: 'url', url: 'https://shop.example/product/7', ...how },
    { by: 'prefix', prefix: 'https://shop.example/product/71', ...how },
    { by: 'tag', tag: 'P7', ...how },
    { by: 'group', origin: 'https://other.example', group: 'g', ...how },
    { by: 'route', route: 'p7', ...how },
  )
  t.equal(table.verdict(KEY, entry(0, ['p7', routeTag('shop'), groupTag('https://shop.example', 'g')])), 'none')
})

t.test('an answer with more labels than are kept is reached by each label, and not by a URL', async (t) => {
  t.equal(tableOf({ by: 'tag', tag: 'x', ...how }).verdict(KEY, entry(0, [ANY_TAG])), 'hard')
  t.equal(tableOf({ by: 'url', url: 'https://a/', ...how }).verdict(KEY, entry(0, [ANY_TAG])), 'none')
})

t.test('hard wins over soft, whichever came first', async (t) => {
  const soft: PurgeOrder = { by: 'tag', tag: 'a', mode: 'soft', againAfterMs: 0 }
  t.equal(tableOf(soft).verdict(KEY, entry(0, ['a'])), 'soft')
  t.equal(tableOf({ by: 'all', ...how }, soft).verdict(KEY, entry(0, ['a'])), 'hard')
  t.equal(tableOf({ by: 'all', ...how }, soft).verdict(KEY, entry(1, ['a'])), 'soft')
})

t.test('purges twice, or in another order, change nothing', async (t) => {
  const purges = [3, 1, 2, 3].map((seq) => ({ seq, order: { by: 'tag', tag: `t${seq % 2}`, ...how } as PurgeOrder }))
  const mixed = new PurgeTable()
  for (const purge of purges) mixed.add(purge)
  t.equal(mixed.seq, 3)
  t.equal(mixed.verdict(KEY, entry(2, ['t1'])), 'hard')
  t.equal(mixed.verdict(KEY, entry(2, ['t0'])), 'none')
})

t.test('what does not fit purges more, never less', async (t) => {
  const table = new PurgeTable(NO_PURGES, { targets: 2, prefixes: 1 })
  for (const [i, tag] of ['a', 'b', 'c', 'd'].entries()) table.add({ seq: i + 1, order: { by: 'url', url: tag, ...how } })
  t.equal(table.verdict('a', entry(0)), 'hard')
  t.equal(table.verdict('else', entry(1)), 'hard', 'as old as what was let go')
  t.equal(table.verdict('else', entry(2)), 'none')
  t.equal(table.verdict('d', entry(3)), 'hard')
})

t.test('what began before a purge of this edge is reached, whatever its number', async (t) => {
  const table = new PurgeTable()
  table.addLocal({ by: 'tag', tag: 'a', ...how }, 1_000)
  t.equal(table.seq, 0)
  t.equal(table.verdict(KEY, entry(99, ['a'])), 'hard')
  t.equal(table.verdict(KEY, { ...entry(99, ['a']), requestedAtMs: 1_001 }), 'none')
})

t.test('a table goes on as another left off', async (t) => {
  const table = tableOf({ by: 'tag', tag: 'a', ...how }, { by: 'prefix', prefix: 'https://shop.example/', mode: 'soft', againAfterMs: 0 })
  table.addLocal({ by: 'url', url: 'https://b/', ...how }, 500)
  const next = new PurgeTable(structuredClone(table.state()))
  t.same(next.state(), table.state())
  t.equal(next.verdict(KEY, entry(0, ['a'])), 'hard')
  t.equal(next.verdict(KEY, entry(1)), 'soft')
})

t.test('requests after a purge look for a fetch under another name, unless it reaches something else', async (t) => {
  const table = new PurgeTable()
  const tags = [routeTag('shop')]
  t.equal(table.generation(KEY, tags), '')
  table.add({ seq: 1, order: { by: 'url', url: 'https://else/', ...how } })
  t.equal(table.generation(KEY, tags), '')
  const names = new Set([''])
  table.add({ seq: 2, order: { by: 'route', route: 'shop', ...how } })
  names.add(table.generation(KEY, tags))
  table.add({ seq: 3, order: { by: 'prefix', prefix: 'https://shop.example/p', mode: 'soft', againAfterMs: 0 } })
  names.add(table.generation(KEY, tags))
  table.addLocal({ by: 'all', ...how }, 7)
  names.add(table.generation(KEY, tags))
  t.equal(names.size, 4)
})

t.test('each purge has another version, under which all is judged anew', async (t) => {
  const table = new PurgeTable()
  const before = table.version
  table.add({ seq: 1, order: { by: 'all', ...how } })
  t.not(table.version, before)
})
