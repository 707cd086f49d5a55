// The crowd of stampede.test.ts, a hundred times larger and at three edges that share a Redis: the origin is asked by one of them.

import t from 'tap'
import { clusterOf, EXPIRED, gathered, KEPT, total } from '../../support/cluster.ts'
import { cacheStatus, visit } from '../../support/visit.ts'

const CROWD = 10_000

t.test('10,000 people ask three edges for an expired page, and the origin validates it once', async (t) => {
  const cluster = await clusterOf(t, 3)
  const { origin, edges } = cluster
  origin.on('/news', ({ headers }) =>
    headers['if-none-match'] === '"1"' ? { status: 304, headers: KEPT } : { body: 'news', headers: EXPIRED },
  )
  await visit(edges[0]!, '/news')
  t.equal(origin.count('/news'), 1)

  const { hold, answers } = await gathered(cluster, '/news', CROWD)
  t.equal(hold.waiting, 1)
  hold.release()
  t.same(await answers, { '200 news': CROWD })
  t.equal(origin.count('/news'), 2)
  t.ok((await total(edges, 'weir_fill_leases_total', { outcome: 'stored' })) >= 2, 'the other edges took what the first had stored')
  for (const edge of edges) t.match(cacheStatus(await visit(edge, '/news')), /;hit;/)
})
