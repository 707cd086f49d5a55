// A limit is changed while people are being counted by it. What they have used stays used, and the change ends by itself.

import t from 'tap'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import type { TestAnswer } from '../../support/http-client.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

const origin = await startOrigin(t)
const control = await startControl(t, {
  site: {
    pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
    // By the hour, so that nothing comes back while the test runs.
    limits: { 'per-key': { rate: '20/h', key: 'header:x-api-key' } },
    routes: { api: { pool: 'shop', limits: ['per-key'] } },
  },
})
// Two workers count together.
const edge = await startEdge(t, { control, workers: 2 })

const ask = (key: string): Promise<TestAnswer> => visit(edge, '/api', { headers: { 'x-api-key': key } })

/** How many more requests this client may make: it makes them. */
async function rest(key: string): Promise<number> {
  for (let count = 0; ; count += 1) if ((await ask(key)).status === 429) return count
}

async function use(key: string, count: number): Promise<number[]> {
  const statuses = []
  for (let i = 0; i < count; i += 1) statuses.push((await ask(key)).status)
  return statuses
}

t.test('who used half of a budget has half of the new one left, whether it is larger or smaller', async (t) => {
  for (const key of ['half', 'also-half']) t.same(await use(key, 10), Array(10).fill(200))
  t.match(await control.weir('limit', 'per-key', '100/h', '--for', '10m', '--reason', 'partner import'), { code: 0, output: /1\/1 edge/ })
  t.equal(await rest('half'), 50)
  t.equal(await rest('fresh'), 100)

  t.match(await control.weir('limit', 'per-key', '10/h', '--for', '10m', '--reason', 'scrapers'), { code: 0 })
  t.equal(await rest('also-half'), 5)
  t.equal(await rest('half'), 0, 'who used all of it has nothing left in any of them')
  t.match((await ask('half')).headers, { 'retry-after': /^[0-9]+$/, 'ratelimit-policy': /"per-key";q=10/ })
  t.match((await control.weir('limit', 'list')).output, /per-key +20\/h .*10\/h .*scrapers/)

  t.match(await control.weir('limit', 'off', 'per-key'), { code: 0 })
  t.equal(await rest('fresh'), 0, 'taking it back gives nobody a new budget')
  t.equal(await rest('new'), 20)
})

t.test('an override ends by itself, also when the control plane is away', async (t) => {
  t.equal((await control.weir('limit', 'per-key', '1/h', '--for', '8s', '--reason', 'scrapers')).code, 0)
  t.equal((await ask('late')).status, 200)
  t.equal((await ask('late')).status, 429)
  await control.kill()
  // It had all of a budget of one; of twenty it has none left either, but a newcomer shows which rate is in force.
  let newcomer = 0
  const twenty = async () => {
    newcomer += 1
    await ask(`newcomer-${newcomer}`)
    return (await ask(`newcomer-${newcomer}`)).status === 200
  }
  await until(twenty, { what: 'the rate of the site to stand again', deadlineMs: 40_000, everyMs: 50 })
  t.equal((await ask('late')).status, 429)
})

t.test('an override of a limit that does not exist is refused, and said so', async (t) => {
  await control.start()
  const run = await control.weir('limit', 'per-kee', '1/h', '--for', '1m', '--reason', 'typo')
  t.match(run, { code: 1, output: /the site has no limit "per-kee"/ })
})
