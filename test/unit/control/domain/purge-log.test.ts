import t from 'tap'
import { describeOrder, nextPurges, raisedTo } from '../../../../control/domain/purge-log.ts'
import type { PurgeOrder } from '../../../../edge/contract/purge.ts'

const tag = (tag: string, againAfterMs = 0): PurgeOrder => ({ by: 'tag', tag, mode: 'soft', againAfterMs })
const CAUSE = { owner: 'ann', reason: 'price', key: 'k' }

t.test('each order gets the next number, and those that are to be repeated say when', async (t) => {
  const { purges, repeats } = nextPurges({ seq: 7, floor: 0 }, [tag('a'), tag('b', 500)], CAUSE, 1_000)
  t.match(purges, [
    { seq: 8, order: { tag: 'a' }, owner: 'ann', reason: 'price', key: 'k', atMs: 1_000 },
    { seq: 9, order: { tag: 'b' } },
  ])
  t.same(repeats, [{ of: 9, dueAtMs: 1_500, order: tag('b'), owner: 'ann', reason: 'price' }], 'once more, and not for ever')
})

t.test('numbers go on after the highest that an edge knows, and what was in between is lost', async (t) => {
  t.same(raisedTo({ seq: 3, floor: 1 }, 9), { seq: 9, floor: 9 })
  t.same(raisedTo({ seq: 9, floor: 1 }, 9), { seq: 9, floor: 1 })
})

t.test('an order is told in a few words', async (t) => {
  const how = { mode: 'hard', againAfterMs: 0 } as const
  const orders: PurgeOrder[] = [
    { by: 'url', url: 'https://a/b', ...how },
    { by: 'prefix', prefix: 'https://a/b', ...how },
    { by: 'tag', tag: 'x', ...how },
    { by: 'route', route: 'all', ...how },
    { by: 'all', ...how },
  ]
  t.same(orders.map(describeOrder), ['https://a/b', 'https://a/b*', 'tag x', 'route all', 'everything'])
})
