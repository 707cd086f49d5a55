import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import type { ErrorCode } from '../../../edge/contract/errors.ts'
import { Fields } from '../../../edge/http/fields.ts'
import { tryPeers } from '../../../edge/pipeline/try-peers.ts'
import { Line } from '../../support/exchange-maker.ts'

const TRACE = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }

interface Tried {
  readonly address: string
  readonly host: string | undefined
  readonly span: string | undefined
  readonly leftMs: number
}

/** Asks the peers of a pool; each fault is that of one try, behind the last one a peer answers. */
function asking(faults: readonly ErrorCode[], { method = 'GET', spent = false, pool = {} } = {}) {
  const peers = [1001, 1002, 1003].map((port) => ({ address: `127.0.0.1:${port}` }))
  const line = new Line({ pools: { shop: { peers, balance: 'round-robin', tries: 3, ...pool } }, routes: { all: { pool: 'shop' } } })
  const { asked, x } = line.asked()
  const tried: Tried[] = []
  const answer = tryPeers(
    {
      draft: { method, target: '/', fields: Fields.of(TRACE), body: null },
      spent: () => spent,
      async ask(peer, { fields }, leftMs) {
        const fault = faults[tried.length]
        tried.push({ address: peer.address, host: fields.get('host'), span: fields.get('traceparent'), leftMs })
        line.clock.advance(100)
        if (fault !== undefined) throw new EdgeError(fault)
        return peer.address
      },
    },
    x.snapshot.pools.get('shop')!,
    asked,
    x,
  )
  return { line, x, tried, answer }
}

t.test('the first peer that answers is the last that is asked', async (t) => {
  const { answer, tried, line, x } = asking([])
  t.equal(await answer, '127.0.0.1:1001')
  t.match(tried, [{ address: '127.0.0.1:1001', host: 'shop.example', span: TRACE.traceparent, leftMs: 30_000 }])
  t.match(x.why, { peer: '127.0.0.1:1001', tries: 1 })
  t.equal(line.metrics.value('weir_upstream_retries_total', ['shop']), 0)
})

t.test('each further try is another peer, another span and less time', async (t) => {
  const { answer, tried, line, x } = asking(['UPSTREAM_CONNECT', 'UPSTREAM_BUSY'])
  t.equal(await answer, '127.0.0.1:1003')
  t.same(
    tried.map(({ leftMs }) => leftMs),
    [30_000, 29_900, 29_800],
  )
  t.equal(new Set(tried.map(({ span }) => span)).size, 3)
  t.match(x.why, { peer: '127.0.0.1:1003', tries: 3 })
  t.equal(line.metrics.value('weir_upstream_retries_total', ['shop']), 2)
})

t.test('what may not be repeated is not', async (t) => {
  const cases: [Parameters<typeof asking>, ErrorCode][] = [
    [[['UPSTREAM_RESET'], { method: 'POST' }], 'UPSTREAM_RESET'],
    [[['UPSTREAM_CONNECT'], { spent: true }], 'UPSTREAM_CONNECT'],
    [[['UPSTREAM_INVALID']], 'UPSTREAM_INVALID'],
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
