import t from 'tap'
import { startOrigin } from '../../../support/origin.ts'
import { CliWorld, startCli } from './cli-world.ts'

t.test('without an edge it says how to start one', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('edges'), { code: 0, out: /^revision 1, switches 0; 0 edges connected\nno edge has come yet: / })
})

t.test('each edge says what it runs, how long ago it was heard, and what it refuses', async (t) => {
  const world = new CliWorld()
  const nowMs = world.clock.wallMs()
  const edge = {
    edgeId: 'edge-1',
    connection: { state: 'connected', sinceMs: 0, address: '127.0.0.1' },
    have: { revision: 6, switchSeq: 2, endpointSeq: 0 },
    beat: { inFlight: 3, hitRatio: 0.876, redis: 'up' },
    heardAtMs: nowMs - 1_500,
    last: { publish: { kind: 'nack', seq: 7, atMs: 0, problems: [{ pointer: '/routes/a', message: 'cannot \x1b[31mbe' }] } },
  }
  const gone = { ...edge, edgeId: 'edge-2', connection: { state: 'gone', sinceMs: 0, reason: '' }, beat: null, last: {} }
  const reports = [{ service: 'shop', index: '5', ageMs: 12_000, peers: 2, lastError: 'connection refused' }]
  const body = JSON.stringify({ revision: 7, switchSeq: 2, connected: 1, edges: [edge, gone], reports })
  const api = await startOrigin(t, { headers: { 'content-type': 'application/json' }, body })
  const { code, out } = await world.run('edges', '--control', api.url, '--token', 'x')
  t.equal(code, 0)
  t.match(out, /^edge-1 +connected +6 behind +2 +2 s ago +3 +88 % +up$/m)
  t.match(out, /^edge-2 +gone +6 behind +2 +2 s ago +- +- +-$/m)
  t.match(out, /^edge-1 refuses publish 7:\n {2}\/routes\/a {2}cannot {1,2}\[31mbe$/m)
  t.match(out, /^service shop: 2 peers, heard 12 s ago\n {2}Consul: connection refused; the last known peers stand$/m)
  t.ok(out.split('\n').every((line) => line.length <= 80))
  t.equal(api.requests[0]?.headers.authorization, 'Bearer x')
})
