import t from 'tap'
import { connectScriptedEdge } from '../../../support/scripted-edge.ts'
import { until } from '../../../support/until.ts'
import { startCli } from './cli-world.ts'

t.test('what is not in order is listed, with how long and where it is seen', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('troubles'), { code: 0, out: 'all pools are in order' })
  const edge = connectScriptedEdge(t, cli.control, 'edge-1', () => null)
  const have = { revision: 0, switchSeq: 0, endpointSeq: 0 }
  const troubles = [{ kind: 'ejected', pool: 'shop', peer: '10.0.0.1:80', cause: 'it \u001b[2J failed', untilMs: Date.now() + 3_600_000 }]
  edge.say({ type: 'beat', have, inFlight: 0, requests: 0, hitRatio: null, workers: 1, redis: 'none', troubles })
  await until(async () => (await cli.run('troubles')).out.includes('10.0.0.1:80'), { what: 'the trouble to be listed' })
  const { out } = await cli.run('troubles')
  t.match(out, /^WHAT +POOL +PEER +FOR +EDGES +WHY\nejected +shop +10\.0\.0\.1:80 +\S+.* +1 +it /)
  t.notMatch(out, /\u001b/)
  t.match(JSON.parse((await cli.run('troubles', '--json')).out), [{ kind: 'ejected', pool: 'shop', edges: ['edge-1'] }])
})
