import t from 'tap'
import { asEdgeError, EdgeError } from '../../../edge/base/edge-error.ts'
import type { ErrorCode } from '../../../edge/contract/errors.ts'
import { Fields } from '../../../edge/http/fields.ts'
import type { PeerTask } from '../../../edge/pipeline/peer-task.ts'
import { tryPeers } from '../../../edge/pipeline/try-peers.ts'
import { Line, settled } from '../../support/exchange-maker.ts'

const TRACE = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }

interface Tried {
  readonly address: string
  readonly host: string | undefined
  readonly span: string | undefined
  readonly told: string | undefined
  readonly leftMs: number
}

/** Asks the peers of a pool; each fault is that of one try, behind the last one a peer answers. Each try takes 100 ms. */
function asking(
  faults: readonly ErrorCode[],
  { method = 'GET', spent = false, pool = {}, route = {}, headers = {}, line = lineOf(pool, route) } = {},
) {
  const { asked, x } = line.asked({ headers, from: '10.0.0.9' })
  const tried: Tried[] = []
  const task: PeerTask<string, string> = {
    draft: { method, target: '/', fields: Fields.of({ ...TRACE, ...headers }), body: null },
    spent,
    hedgeable: false,
    begin(peer, { fields }, leftMs) {
      const fault = faults[tried.length]
      tried.push({
        address: peer.address,
        host: fields.get('host'),
        span: fields.get('traceparent'),
        told: fields.get('x-deadline-ms'),
        leftMs,
      })
      line.clock.advance(100)
      const answer = fault === undefined ? Promise.resolve(peer.address) : Promise.reject(new EdgeError(fault))
      return { answer, answered: () => 0, failed: asEdgeError, taken: (given) => given, dropped() {}, abandon() {} }
    },
  }
  return { line, x, tried, answer: tryPeers(task, x.snapshot.pools.get('shop')!, asked, x) }
}

function lineOf(pool: object, route: object) {
  const peers = [1001, 1002, 1003].map((port) => ({ address: `127.0.0.1:${port}` }))
  return new Line({
    clients: { trustedProxies: ['10.0.0.9'] },
    pools: { shop: { peers, balance: 'round-robin', ...pool } },
    routes: { all: { pool: 'shop', ...route } },
  })
}

t.test('the first peer that answers is the last that is asked', async (t) => {
  const { answer, tried, x } = asking([])
  t.equal(await answer, '127.0.0.1:1001')
  t.match(tried, [{ address: '127.0.0.1:1001', host: 'shop.example', span: TRACE.traceparent, leftMs: 30_000 }])
  t.match(x.why, { peer: '127.0.0.1:1001', tries: 1 })
  t.equal(x.why.retries, '')
})

t.test('each further try is another peer, another span and less time', async (t) => {
  const { answer, tried, line, x } = asking(['UPSTREAM_CONNECT', 'UPSTREAM_BUSY'], { pool: { retry: { backoffBaseMs: 0 } } })
  t.equal(await answer, '127.0.0.1:1003')
  t.same(
    tried.map(({ leftMs }) => leftMs),
    [30_000, 29_900, 29_800],
  )
  t.equal(new Set(tried.map(({ span }) => span)).size, 3)
  t.match(x.why, { peer: '127.0.0.1:1003', tries: 3, retries: 'UPSTREAM_CONNECT,UPSTREAM_BUSY' })
  t.equal(line.metrics.value('weir_upstream_retries_total', ['shop', 'UPSTREAM_CONNECT']), 1)
  t.equal(line.metrics.value('weir_upstream_retries_total', ['shop', 'UPSTREAM_BUSY']), 1)
})

t.test('what may not be repeated is not', async (t) => {
  const cases: [Parameters<typeof asking>, ErrorCode][] = [
    [[['UPSTREAM_RESET'], { method: 'POST' }], 'UPSTREAM_RESET'],
    [[['UPSTREAM_INVALID'], { method: 'PATCH' }], 'UPSTREAM_INVALID'],
    [[['UPSTREAM_CONNECT'], { spent: true }], 'UPSTREAM_CONNECT'],
    [[['UPSTREAM_CUT']], 'UPSTREAM_CUT'],
    [[['CLIENT_GONE']], 'CLIENT_GONE'],
  ]
  for (const [args, code] of cases) {
    const { answer, tried } = asking(...args)
    await t.rejects(answer, { code })
    t.equal(tried.length, 1, code)
  }
})

t.test('tries and time end', async (t) => {
  const often = asking(['UPSTREAM_CONNECT', 'UPSTREAM_TIMEOUT'], { pool: { tries: 2 } })
  await t.rejects(often.answer, { code: 'UPSTREAM_TIMEOUT' }, 'the fault is that of the last')
  t.equal(often.tried.length, 2)
  const late = asking(['UPSTREAM_CONNECT'], { pool: { totalTimeoutMs: 100 } })
  await t.rejects(late.answer, { code: 'UPSTREAM_CONNECT' })
  t.equal(late.tried.length, 1)
  const empty = asking([], { pool: { peers: [] } })
  await t.rejects(empty.answer, { code: 'NO_PEER' })
})

t.test('the first retry goes at once, the second after a pause, and nobody pauses for a client that left', async (t) => {
  const pool = { retry: { backoffBaseMs: 1_000, backoffMaxMs: 1_000 } }
  const { answer, tried, line } = asking(['UPSTREAM_CONNECT', 'UPSTREAM_CONNECT'], { pool })
  await settled()
  t.equal(tried.length, 2)
  await line.clock.advanceAsync(1_000)
  t.equal(await answer, '127.0.0.1:1003')
  const left = asking(['UPSTREAM_CONNECT', 'UPSTREAM_CONNECT'], { pool })
  await settled()
  left.x.wanted.abort()
  await t.rejects(left.answer, { code: 'CLIENT_GONE' })
  t.equal(left.line.clock.pending, 0)
  const short = asking(['UPSTREAM_CONNECT', 'UPSTREAM_CONNECT'], { pool: { ...pool, totalTimeoutMs: 201 } })
  await t.rejects(short.answer, { code: 'UPSTREAM_CONNECT' }, 'nor beyond the deadline')
})

t.test('retries end with their budget, and what a peer held that is left out since costs none', async (t) => {
  const line = lineOf({ retry: { budget: { share: 0, floorPerS: 0.1 } }, ejection: { consecutiveFailures: 1_000 } }, {})
  t.equal(await asking(['UPSTREAM_CONNECT'], { line }).answer, '127.0.0.1:1002')
  const spent = asking(['UPSTREAM_CONNECT'], { line })
  await t.rejects(spent.answer, { code: 'UPSTREAM_CONNECT' })
  t.match(spent.x.why, { tries: 1, retries: 'no-budget' })
  t.equal(line.metrics.value('weir_upstream_retries_refused_total', ['shop']), 1)
  const leaveOut = (consecutiveFailures: number) => {
    for (const peer of line.snapshot.pools.get('shop')!.peers) {
      peer.ejection = { state: 'ejected', untilMs: line.clock.monotonicMs() + 5_050, lengthMs: 5_000, doublings: 0 }
      peer.consecutiveFailures = consecutiveFailures
    }
  }
  leaveOut(1)
  await t.rejects(asking(['UPSTREAM_CONNECT'], { line }).answer, { code: 'UPSTREAM_CONNECT' }, 'left out, but the others fail too')
  leaveOut(0)
  t.ok(await asking(['UPSTREAM_CONNECT'], { line }).answer, 'left out while the try ran')
  await t.rejects(asking(['UPSTREAM_CONNECT'], { line }).answer, { code: 'UPSTREAM_CONNECT' }, 'and once more: left out before it began')
})

t.test('a route has a deadline of its own, of which a try leaves some to the next', async (t) => {
  const { answer, tried } = asking(['UPSTREAM_CONNECT', 'UPSTREAM_CONNECT'], {
    route: { timeoutMs: 1_100 },
    pool: { retry: { backoffBaseMs: 0 } },
  })
  await answer
  t.same(
    tried.map(({ leftMs }) => leftMs),
    [550, 500, 900],
  )
  const write = asking([], { method: 'POST', route: { timeoutMs: 60_000 } })
  await write.answer
  t.equal(write.tried[0]!.leftMs, 60_000, 'what will not be repeated has all of it')
})

t.test('peers are told how long we wait, and trusted proxies tell us', async (t) => {
  const pool = { deadlineField: 'X-Deadline-Ms', totalTimeoutMs: 8_000 }
  const ours = asking(['UPSTREAM_CONNECT'], { pool })
  await ours.answer
  t.same(
    ours.tried.map(({ told }) => told),
    ['4000', '3950'],
  )
  for (const [value, told] of [
    ['300', '150'],
    ['99999999', '4000'],
    ['-1', '4000'],
    ['3e2', '4000'],
  ] as const) {
    const theirs = asking([], { pool, headers: { 'X-Deadline-Ms': value } })
    await theirs.answer
    t.equal(theirs.tried[0]!.told, told, value)
  }
})
