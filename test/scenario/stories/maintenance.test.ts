// A peer is taken out of service by an operator: it finishes what it has and gets nothing new, whatever becomes of the control plane, and
// is back by the edge's own clock.

import t from 'tap'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

t.test('a drained peer finishes its requests, gets no more, and is back by itself though nobody can say so', async (t) => {
  const [a, b] = [await startOrigin(t, { body: 'a' }), await startOrigin(t, { body: 'b' })]
  const peers = [a, b].map(({ port }) => ({ address: `127.0.0.1:${port}` }))
  const site = {
    pools: { shop: { peers, balance: 'round-robin', firstByteTimeoutMs: 60_000, totalTimeoutMs: 60_000 } },
    routes: { all: { pool: 'shop', cache: { store: 'off' } } },
  }
  const control = await startControl(t, { site })
  const edge = await startEdge(t, { control, workers: 2 })
  const answers = async () => new Set(await Promise.all(Array.from({ length: 16 }, async (_, i) => (await visit(edge, `/${i}`)).text)))
  await until(async () => (await answers()).size === 2, { what: 'both peers to be asked' })

  const hold = a.hold('/slow')
  const slow = Array.from({ length: 4 }, () => visit(edge, '/slow', { deadlineMs: 60_000 }))
  await until(() => hold.waiting > 0, { what: 'a request under way at the peer' })
  const drain = (peer: number, length: string) =>
    control.weir('peer', 'drain', 'shop', peers[peer]!.address, '--for', length, '--reason', 'new disk', '--wait', '20s')
  const drained = await drain(0, '10m')
  t.equal(drained.code, 0, drained.output)
  const asked = a.count()
  t.same(await answers(), new Set(['b']), 'nothing new')
  t.same(await answers(), new Set(['b']))
  t.equal(a.count(), asked)
  hold.release()
  t.ok(
    (await Promise.all(slow)).some(({ text }) => text === 'a'),
    'what was under way is finished',
  )
  t.match((await control.weir('peer', 'list')).output, /maintenance/)
  await until(async () => (await control.weir('troubles')).output.includes('maintenance'), {
    what: 'the edge to say so',
    deadlineMs: 30_000,
  })

  const last = await drain(1, '10m')
  t.equal(last.code, 1)
  t.match(last.output, /last usable peer of the pool "shop"/)

  await control.kill()
  t.same(await answers(), new Set(['b']), 'it stands without a control plane')
  await control.start()
  await until(async () => (await edge.snapshot()).controlConnected, { what: 'the edge to be heard again', deadlineMs: 20_000 })
  t.equal((await drain(0, '1s')).code, 0, 'another term')
  await control.kill()
  await until(async () => (await answers()).size === 2, { what: 'the peer to be back', deadlineMs: 20_000, everyMs: 100 })
})
