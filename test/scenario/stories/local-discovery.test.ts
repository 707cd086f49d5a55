// An edge that asks the agent beside it: without any control plane, and while its own is away.

import t from 'tap'
import { startConsul } from '../../support/consul.ts'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

const SITE = {
  pools: { shop: { discover: { service: 'shop' }, balance: 'round-robin' } },
  routes: { all: { pool: 'shop', cache: { store: 'off' } } },
}
const WAIT = { deadlineMs: 20_000 }
const consul = await startConsul(t)
const origins = await Promise.all(['a', 'b', 'c'].map((name) => startOrigin(t, { body: name })))
const register = (at: number) => consul.register({ id: `shop-${at}`, name: 'shop', port: origins[at]!.port })

/** Who answers, of as many requests as there are origins. */
async function answering(edge: { port: number }): Promise<string> {
  const answers = await Promise.all(origins.map(() => visit(edge, '/')))
  return [...new Set(answers.map(({ status, text }) => (status === 200 ? text : String(status))))].sort().join('')
}

t.test('an edge with a site file and no control plane finds its peers, and follows them', async (t) => {
  await register(0)
  const edge = await startEdge(t, { site: SITE, bootstrap: { discovery: { consul: { url: consul.url } } } })
  await until(async () => (await answering(edge)) === 'a', { what: 'the first peer', ...WAIT })
  await register(1)
  await until(async () => (await answering(edge)) === 'ab', { what: 'the second peer', ...WAIT })
})

t.test('an edge whose control plane is away asks by itself, and obeys again when it is back', async (t) => {
  const control = await startControl(t, { consul, site: SITE })
  const edge = await startEdge(t, { control, bootstrap: { discovery: { consul: { url: consul.url }, afterMs: 500 } } })
  await until(async () => (await answering(edge)) === 'ab', { what: 'the peers that the control plane knows', ...WAIT })
  await control.kill()
  await register(2)
  await until(async () => (await answering(edge)) === 'abc', { what: 'a peer that no control plane told of', ...WAIT })
  t.equal((await edge.snapshot()).controlConnected, false)
  await control.start()
  await until(async () => (await edge.snapshot()).controlConnected, { what: 'the control plane to be heard', ...WAIT })
  await until(() => edge.output.includes('local-discovery-over'), { what: 'the edge to give way', ...WAIT })
  await until(async () => (await answering(edge)) === 'abc', { what: 'all to be known on the way back too', ...WAIT })
  await consul.deregister('shop-0')
  await until(async () => (await answering(edge)) === 'bc', { what: 'what the control plane says to count', ...WAIT })
})
