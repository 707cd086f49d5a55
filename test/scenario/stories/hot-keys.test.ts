// What is asked for most is seen while it happens, over all edges.

import t from 'tap'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

t.test('the page that everybody wants stands first, with the edges that it is wanted at', async (t) => {
  const origin = await startOrigin(t, { body: 'page', headers: { 'cache-control': 'max-age=60' } })
  const site = { pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }, routes: { all: { pool: 'shop' } } }
  const control = await startControl(t, { site })
  const edges = await Promise.all(['edge-1', 'edge-2'].map((edgeId) => startEdge(t, { edgeId, control })))
  const top = async () => {
    for (const edge of edges) {
      for (let at = 0; at < 20; at += 1) await visit(edge, at % 4 === 0 ? `/other/${at}` : '/sale')
    }
    const { keys } = JSON.parse((await control.call('GET', '/v1/hot-keys')).text) as { keys: { key: string; edges: number }[] }
    return keys[0]?.edges === 2 ? keys[0] : null
  }
  t.match(await until(top, { what: 'both edges to list the page', deadlineMs: 20_000 }), { key: 'http://shop.test/sale', edges: 2 })
  const shown = async () => {
    await top() // What nobody asks for any more is soon off the list.
    const { output } = await control.weir('top', '--keys')
    return /PER SECOND +EDGES +KEY\n[\d.]+ +2 +http:\/\/shop\.test\/sale/.test(output)
  }
  await until(shown, { what: 'the command to show it', deadlineMs: 30_000 })
})
