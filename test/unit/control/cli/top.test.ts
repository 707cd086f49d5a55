import t from 'tap'
import { connectScriptedEdge } from '../../../support/scripted-edge.ts'
import { until } from '../../../support/until.ts'
import { startCli } from './cli-world.ts'

t.test('the keys that are asked for most are listed', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('top', '--keys'), { code: 0, out: 'nothing is asked for often' })
  const edge = connectScriptedEdge(t, cli.control, 'edge-1', () => null)
  const hotKeys = [
    { key: 'http://shop.example/sale', ratePerS: 812.5 },
    { key: 'http://shop.example/\0hx\u001b[2J', ratePerS: 3 },
  ]
  const have = { revision: 0, switchSeq: 0, endpointSeq: 0 }
  edge.say({ type: 'beat', have, inFlight: 0, requests: 0, hitRatio: null, workers: 1, redis: 'none', hotKeys })
  await until(async () => (await cli.run('top')).out.includes('/sale'), { what: 'the keys to be listed' })
  const { out } = await cli.run('top')
  t.match(out, /^PER SECOND +EDGES +KEY\n812\.5 +1 +http:\/\/shop\.example\/sale\n3\.0 /)
  t.notMatch(out, /\u001b/)
  t.same(JSON.parse((await cli.run('top', '--limit', '1', '--json')).out), [{ key: 'http://shop.example/sale', ratePerS: 812.5, edges: 1 }])
})
