// Five origins behind a consistent hash: who lists them, in which order, and who restarts changes nothing; one that is gone moves only
// what was its own; and a page that everybody wants does not fall on one of them alone.

import t from 'tap'
import { startEdge, type TestEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

const NAMES = ['a', 'b', 'c', 'd', 'e']
const origins = await Promise.all(NAMES.map((name) => startOrigin(t, { body: name, headers: { 'cache-control': 'no-store' } })))
const peers = origins.map(({ port }) => ({ address: `127.0.0.1:${port}` }))
/** So many that each origin has some: it goes without any once in 80 thousand million runs. */
const paths = Array.from({ length: 120 }, (_, i) => `/search/${i}`)
const CROWD = 40

/** A site whose pools differ in how they bear a crowd; of their pages nothing is kept, so each request goes to a peer. */
function siteOf(listed: readonly object[]): object {
  const routes = Object.fromEntries(
    ['plain', 'bounded', 'spread'].map((pool) => [pool, { hosts: [`${pool}.test`], pool, cache: { store: 'off' } }]),
  )
  return {
    pools: {
      plain: { peers: listed },
      bounded: { peers: listed, maxLoadFactor: 1.25 },
      spread: { peers: listed, hotKeySpread: { ratePerS: 10, maxPeers: 3 } },
    },
    routes,
  }
}

const fetched = async (edge: TestEdge, path: string, pool: string) =>
  (await visit(edge, path, { headers: { host: `${pool}.test`, connection: 'close' } })).text

/** Which origin answers each path, asked twice over new connections, so that both workers have a say. */
async function homes(edge: TestEdge): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const path of paths) {
    const answers = new Set([await fetched(edge, path, 'plain'), await fetched(edge, path, 'plain')])
    found.set(path, [...answers].join(' and '))
  }
  return found
}

const [first, second] = [
  await startEdge(t, { edgeId: 'edge-1', workers: 2, site: siteOf(peers) }),
  await startEdge(t, { edgeId: 'edge-2', site: siteOf(peers.toReversed()) }),
]

t.test('every path has one home, whatever the order of the list, and after a restart too', async (t) => {
  const home = await homes(first)
  t.same(new Set(home.values()), new Set(NAMES), 'all have some')
  t.same(await homes(second), home)
  await second.stop()
  await second.start()
  t.same(await homes(second), home)
})

t.test('a crowd for one page falls on its home, under a bound on all of them, never more than its factor', async (t) => {
  for (const [pool, most] of [
    ['plain', CROWD],
    ['bounded', Math.ceil((1.25 * CROWD) / NAMES.length)],
  ] as const) {
    const holds = origins.map((origin) => origin.hold('/hot'))
    const answers = Array.from({ length: CROWD }, () => fetched(second, '/hot', pool))
    await until(() => holds.reduce((sum, { waiting }) => sum + waiting, 0) === CROWD, { what: 'the crowd to be at the origins' })
    t.equal(Math.max(...holds.map(({ waiting }) => waiting)), most, pool)
    for (const hold of holds) hold.release()
    t.ok((await Promise.all(answers)).every((name) => NAMES.includes(name)))
  }
})

t.test('a page that is asked for all the time is dealt among three', async (t) => {
  const home = await fetched(second, '/hot', 'plain')
  const seen = new Set<string>()
  await until(
    async () => {
      for (const name of await Promise.all(Array.from({ length: 10 }, () => fetched(second, '/hot', 'spread')))) seen.add(name)
      return seen.size === 3
    },
    { what: 'three origins to answer' },
  )
  t.ok(seen.has(home))
})

t.test('an origin that is gone moves only its own paths, to where they are when it is taken off the list', async (t) => {
  const before = await homes(second)
  const gone = NAMES.indexOf(before.get(paths[0]!)!)
  second.writeSite(siteOf(peers.toSpliced(gone, 1)))
  await until(async () => (await second.metric('weir_peers', { pool: 'plain' })) === NAMES.length - 1, { what: 'four peers' })
  const without = await homes(second)
  const moved = paths.filter((path) => without.get(path) !== before.get(path))
  t.same(new Set(moved.map((path) => before.get(path))), new Set([NAMES[gone]]))
  t.equal(moved.length, [...before.values()].filter((name) => name === NAMES[gone]).length)
  await origins[gone]!.close()
  t.same(await homes(first), without, 'tried in vain, its paths go there too')
})
