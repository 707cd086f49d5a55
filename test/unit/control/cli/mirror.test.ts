import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Scope } from '../../../support/scope.ts'
import { connectScriptedEdge } from '../../../support/scripted-edge.ts'
import { until } from '../../../support/until.ts'
import { CliWorld, startCli } from './cli-world.ts'

const example = {
  atMs: Date.UTC(2026, 0, 2),
  id: 'x-1',
  method: 'GET',
  target: '/p?token=***',
  differences: [
    { kind: 'field', name: 'location', origin: '/a', mirror: '/b \u001b[2J' },
    { kind: 'length', name: '', origin: '10', mirror: '11' },
  ],
}
const reading = {
  route: 'shop',
  pool: 'next',
  inFlight: 1,
  outcomes: { same: 90, different: 4, uncompared: 3, failed: 2, 'dropped-full': 5, 'dropped-body': 1, 'dropped-overload': 0 },
  differences: { status: 0, length: 1, field: 1, body: 0 },
  examples: [example],
}

async function adminPage(t: Scope, text: string): Promise<string> {
  const server = createServer((_request, response) => response.end(text))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('over all edges, by route, with examples of one', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('mirror'), { code: 0, out: 'no route has a mirror' })
  t.match(await cli.run('mirror', 'shop'), { code: 1, err: /route shop has no mirror/ })
  const have = { revision: 0, switchSeq: 0, endpointSeq: 0 }
  for (const id of ['edge-1', 'edge-2']) {
    const edge = connectScriptedEdge(t, cli.control, id, () => null)
    edge.say({ type: 'beat', have, inFlight: 0, requests: 0, hitRatio: null, workers: 1, redis: 'none', mirrors: [reading] })
  }
  await until(async () => (await cli.run('mirror')).out.includes('180'), { what: 'both edges to be heard' })
  t.match((await cli.run('mirror')).out, /^ROUTE +MIRROR +SAME .*\nshop +next +180 +8 +6 +4 +12 +length ×2, field ×2$/)
  const { out } = await cli.run('mirror', 'shop')
  t.match(out, /2026-01-02 00:00:00 {2}x-1 {2}GET \/p\?token=\*\*\*\n {4}location: \/a → \/b .*\n {4}length: 10 → 11/)
  t.notMatch(out, /\u001b/)
  t.match(JSON.parse((await cli.run('mirror', '--json')).out), [{ route: 'shop', outcomes: { different: 8 } }])
})

t.test('of one edge, at its admin port', async (t) => {
  const cli = new CliWorld()
  const edge = await adminPage(t, JSON.stringify({ mirrors: [reading] }))
  t.match(await cli.run('mirror', 'shop', '--edge', edge), { code: 0, out: /shop +next +90 / })
  t.match(await cli.run('mirror', '--edge', 'there'), { code: 2, err: /--edge must be a URL/ })
  for (const text of ['', '{}', '{"mirrors":[{"route":"A"}]}'])
    t.match(await cli.run('mirror', '--edge', await adminPage(t, text)), { code: 3, err: /is not the admin port/ })
  t.match(await cli.run('mirror', '--edge', 'http://127.0.0.1:1'), { code: 3, err: /does not answer/ })
})
