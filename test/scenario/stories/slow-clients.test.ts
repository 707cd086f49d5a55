// Slowloris: two thousand clients that say nothing, or say what they have to say a byte at a time. They are cut by their deadlines; whoever
// came to read a page gets it as if they were not there.

import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { latencyMs, runWhile } from '../../support/load.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visitors } from '../../support/visit.ts'
import { WireClient } from '../../support/wire-client.ts'

const SLOW = 2_000
/** Long enough for all of them to be there at once, on a machine that is busy. */
const DEADLINE_MS = 8_000
/** What 99 % of the readers stay within; who had to wait for a slow client would wait for its deadline. */
const MOST_WAIT_MS = 2_000
/** How long after its deadline a slow client may still be there: the edge looks only now and then, and the machine is busy. */
const PATIENCE_MS = 8_000
const DRIBBLE_MS = 500
const AT_ONCE = 100

const HOST = 'Host: shop.test\r\nUser-Agent: Mozilla/5.0 Firefox/140.0\r\n'

/** What a slow client says at once, and what it goes on with, a byte at a time. */
interface Manner {
  readonly first: string
  readonly dribble: string
  /** Statuses it may be cut with; none at all when it is cut in silence. */
  readonly statuses: readonly number[]
}

const MANNERS: Readonly<Record<string, Manner>> = {
  'says nothing': { first: '', dribble: '', statuses: [408] },
  'stops within its head': { first: `GET /page HTTP/1.1\r\n${HOST}X: `, dribble: '', statuses: [408] },
  'dribbles its head': { first: `GET /page HTTP/1.1\r\n${HOST}X: `, dribble: 'y', statuses: [408] },
  'dribbles field after field': { first: `GET /page HTTP/1.1\r\n${HOST}`, dribble: 'X: y\r\n', statuses: [408] },
  'stops within its body': { first: `POST /upload HTTP/1.1\r\n${HOST}Content-Length: 100000\r\n\r\nx`, dribble: '', statuses: [408] },
  'dribbles its body': { first: `POST /upload HTTP/1.1\r\n${HOST}Content-Length: 100000\r\n\r\nx`, dribble: 'x', statuses: [408] },
  'dribbles chunks': {
    first: `POST /upload HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`,
    dribble: '1\r\nx\r\n',
    statuses: [408],
  },
  'keeps what it was served on': { first: `GET /page HTTP/1.1\r\n${HOST}\r\n`, dribble: '', statuses: [200] },
}

const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'no-store' } })
const edge = await startEdge(t, {
  bootstrap: {
    firstByteTimeoutMs: DEADLINE_MS,
    headTimeoutMs: DEADLINE_MS,
    bodyTimeoutMs: DEADLINE_MS,
    minBodyBytesPerSecond: 1_000,
    keepAliveMs: DEADLINE_MS,
  },
  site: { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { pages: { pool: 'shop' } } },
})

interface SlowClient {
  readonly manner: string
  readonly client: WireClient
  readonly sinceMs: number
  endedMs: number
}

/** Lets them in a few at a time, so that the queue of the listening socket is not what is tested. */
async function slowClients(): Promise<readonly SlowClient[]> {
  const manners = Object.entries(MANNERS)
  const crowd: SlowClient[] = []
  while (crowd.length < SLOW) {
    const batch = Array.from({ length: AT_ONCE }, async (_, i) => {
      const [manner, { first }] = manners[i % manners.length] as [string, Manner]
      const slow = { manner, client: await WireClient.connect(t, edge.port), sinceMs: performance.now(), endedMs: 0 }
      slow.client.send(first)
      slow.client.socket.once('close', () => {
        slow.endedMs = performance.now()
      })
      return slow
    })
    crowd.push(...(await Promise.all(batch)))
  }
  return crowd
}

function dribble(crowd: readonly SlowClient[]): () => void {
  const timer = setInterval(() => {
    for (const { manner, client } of crowd) if (client.end === 'open') client.send((MANNERS[manner] as Manner).dribble)
  }, DRIBBLE_MS)
  return () => clearInterval(timer)
}

t.test('2,000 slow clients: all are cut by their deadlines, and the readers notice nothing', { timeout: 240_000 }, async (t) => {
  let crowd: readonly SlowClient[] = []
  let most = 0
  const siege = async () => {
    crowd = await slowClients()
    const stop = dribble(crowd)
    // Workers tell their counts now and then.
    const allThere = async () => {
      most = Math.max(most, await edge.metric('weir_connections'))
      return most > SLOW / 2
    }
    await until(allThere, { what: 'most of them to be there', deadlineMs: DEADLINE_MS }).catch(() => undefined)
    const isOver = () => crowd.every(({ endedMs }) => endedMs > 0)
    await until(isOver, { what: 'all slow clients to be cut', deadlineMs: 40_000, everyMs: 50 }).catch(() => undefined)
    stop()
  }
  const send = visitors(t, edge, (i) => `/page/${i % 50}`)
  const report = await runWhile(siege(), send, 8)

  t.ok(most > SLOW / 2, `${most} connections at once`)
  const bad = report.sent - (report.statuses[200] ?? 0)
  t.ok(bad <= report.sent / 1_000, `${bad} of ${report.sent} readers had no page: ${JSON.stringify(report.statuses)} ${report.failures[0]}`)
  t.ok(latencyMs(report, 0.99) < MOST_WAIT_MS, `99 % of the readers waited up to ${Math.round(latencyMs(report, 0.99))} ms`)
  // Uploads that dribble must not fill the connections to the origin: whoever came then would wait until they are cut.
  t.ok(latencyMs(report, 1) < DEADLINE_MS / 2, `the last of the readers waited ${Math.round(latencyMs(report, 1))} ms`)
  for (const [manner, { statuses }] of Object.entries(MANNERS)) {
    const group = crowd.filter((slow) => slow.manner === manner)
    t.equal(group.filter(({ endedMs }) => endedMs === 0).length, 0, `whoever ${manner} is cut`)
    const late = group.filter(({ sinceMs, endedMs }) => endedMs - sinceMs > 2 * DEADLINE_MS + PATIENCE_MS)
    t.equal(late.length, 0, `whoever ${manner} is cut in time`)
    const other = group.flatMap(({ client }) => client.answers).filter(({ status }) => !statuses.includes(status))
    t.same(other, [], `whoever ${manner} is told nothing else than ${statuses.join()}`)
  }
  const told = crowd.filter(({ manner, client }) => manner === 'dribbles its head' && client.answers[0]?.status === 408)
  t.ok(told.length > 0, 'whoever dribbles its head is told that it was too slow')
  await until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'the edge to have nothing to do' })
  await until(async () => (await edge.metric('weir_connections')) <= 8, { what: 'their places to be free' })
})
