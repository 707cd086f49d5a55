// One of three peers is sick, in every way there is: who reads hardly ever notices. When all of them are, they are not asked three times
// as often as before. Settings are the defaults, but for how long a peer may say nothing, which would make this a matter of minutes.

import { createServer } from 'node:net'
import t, { type Test } from 'tap'
import { type Asked, type ByteOrigin, plainAnswer, startByteOrigin } from '../../support/byte-origin.ts'
import { startEdge } from '../../support/edge.ts'
import { freePort } from '../../support/free-port.ts'
import { runLoad } from '../../support/load.ts'
import { SeededRandom } from '../../support/seeded-random.ts'
import { visitors } from '../../support/visit.ts'

const REQUESTS = 1_000
const IN_FLIGHT = 24
/** More than the retry budget bears at once, should each of them fail at the sick peer. */
const CROWD = 300
const OUTAGE_REQUESTS = 2_000
const WANTED_RATIO = 0.999
/** In a total outage peers are asked a fifth more often, beside so many retries at first and for each second. */
const MORE = 0.2
const FLOOR = { atFirst: 30, perS: 3 }
const TRICKLE_MS = 40
const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy'

const random = new SeededRandom(8)
let burst = 0

const fine = ({ socket, target }: Asked) => void socket.write(plainAnswer(target))

/** What a sick peer does with a request. */
const FAULTS: Readonly<Record<string, (asked: Asked) => void>> = {
  resets: ({ socket }) => void socket.resetAndDestroy(),
  closes: ({ socket }) => void socket.end(),
  'breaks-off-in-the-head': ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nContent-Le', () => socket.end()),
  stalls: () => {},
  trickles: ({ socket }) => {
    const timer = setInterval(() => socket.write('H'), TRICKLE_MS)
    socket.on('close', () => clearInterval(timer))
  },
  'lies-about-its-length': ({ socket }) =>
    void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\npage'),
  'says-garbage': ({ socket }) => void socket.write('SSH-2.0-OpenSSH_9.9\r\n\r\n'),
  'fails-in-bursts': (asked) => {
    burst += 1
    if (burst % 50 < 40) asked.socket.write(UNAVAILABLE)
    else fine(asked)
  },
  'fails-now-and-then': (asked) => (random.next() < 0.5 ? void asked.socket.resetAndDestroy() : fine(asked)),
}

/** Takes connections and breaks them at once. */
async function startBreaker(t: Test): Promise<number> {
  const server = createServer((socket) => socket.resetAndDestroy())
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

const poolOf = (ports: readonly number[]) => ({ peers: ports.map((port) => ({ address: `127.0.0.1:${port}` })), firstByteTimeoutMs: 1_500 })
const routeTo = (pool: string) => ({ path: `/${pool}/*`, pool, cache: { store: 'off' } })

/** So many pages that each peer has its own. */
const pages = (pool: string) => (index: number) => `/${pool}/${index}`

t.test('of three peers one is sick: reads are answered', { timeout: 240_000 }, async (t) => {
  const good = await Promise.all([startByteOrigin(t, fine), startByteOrigin(t, fine)])
  const sick: Record<string, number> = { refuses: await freePort(), 'resets-connections': await startBreaker(t) }
  for (const [name, script] of Object.entries(FAULTS)) sick[name] = (await startByteOrigin(t, script)).port
  const pools = Object.fromEntries(Object.entries(sick).map(([name, port]) => [name, poolOf([port, ...good.map((origin) => origin.port)])]))
  const routes = Object.fromEntries(Object.keys(sick).map((name) => [name, routeTo(name)]))
  const edge = await startEdge(t, { site: { pools, routes } })
  for (const name of Object.keys(sick)) {
    const isSilent = name === 'stalls' || name === 'trickles'
    const check = ({ text, status }: { text: string; status: number }, index: number) => {
      if (status === 200 && text !== `/${name}/${index}`) throw new Error(`got ${text}`)
    }
    const report = await runLoad(visitors(t, edge, pages(name), check), { total: REQUESTS, inFlight: isSilent ? CROWD : IN_FLIGHT })
    const ratio = (report.statuses[200] ?? 0) / REQUESTS
    const retries = await edge.metric('weir_upstream_retries_total', { pool: name })
    t.comment(`${name}: ${ratio * 100} % of reads answered, ${retries} sent again`)
    t.ok(ratio >= WANTED_RATIO, `${name}: ${JSON.stringify(report.statuses)} ${report.failures.slice(0, 3)}`)
    t.ok(retries > 0, `${name}: the sick peer was met`)
  }
  t.equal(await edge.metric('weir_faults_total', { code: 'INTERNAL' }), 0)
})

/** How many requests reached the origins for each that a client sent. */
const amplification = (origins: readonly ByteOrigin[]) => origins.reduce((sum, { asked }) => sum + asked.length, 0) / OUTAGE_REQUESTS

/** All peers are sick in this way, for a load with so many requests in flight. */
const OUTAGES = [
  {
    name: 'say that they are not available',
    fault: ({ socket }: Asked) => void socket.write(UNAVAILABLE),
    inFlight: IN_FLIGHT,
  },
  { name: 'reset', fault: FAULTS.resets!, inFlight: IN_FLIGHT },
  { name: 'stall', fault: FAULTS.stalls!, inFlight: CROWD },
]

for (const { name, fault, inFlight } of OUTAGES) {
  t.test(`all peers ${name}: they are asked a fifth more often, and serve as soon as they are well`, { timeout: 240_000 }, async (t) => {
    let script = fault
    const origins = await Promise.all([1, 2, 3].map(() => startByteOrigin(t, (asked) => script(asked))))
    const edge = await startEdge(t, {
      site: { pools: { shop: poolOf(origins.map(({ port }) => port)) }, routes: { pages: { ...routeTo('shop'), path: '/*' } } },
    })
    const sinceMs = performance.now()
    const report = await runLoad(visitors(t, edge, pages('shop')), { total: OUTAGE_REQUESTS, inFlight })
    const tookS = (performance.now() - sinceMs) / 1_000
    t.equal(report.failures.length, 0, 'each has its answer')
    t.notOk(report.statuses[200])
    const asked = amplification(origins)
    t.comment(`${name}: ${asked} requests at the origins for each of ${OUTAGE_REQUESTS}`)
    // What the first peer to be left out held is repeated while the others have not failed yet: once, and not by the budget.
    const freeOnce = inFlight / 3 / OUTAGE_REQUESTS
    const most = 1 + MORE + (FLOOR.atFirst + FLOOR.perS * tookS) / OUTAGE_REQUESTS + freeOnce
    t.ok(asked > 1.1 && asked <= most + 0.01, `${asked} at the origins for each, at most ${most} in ${tookS} s`)
    t.ok((await edge.metric('weir_upstream_retries_refused_total', { pool: 'shop' })) > 0)
    script = fine
    const after = await runLoad(visitors(t, edge, pages('shop')), { total: 300, inFlight: IN_FLIGHT })
    t.same(after.statuses, { 200: 300 })
  })
}
