import t from 'tap'
import { identify } from '../../../edge/pipeline/identify.ts'
import { normalise } from '../../../edge/pipeline/normalise.ts'
import { type Asking, Line, TWO_PEERS } from '../../support/exchange-maker.ts'

const line = new Line({ ...TWO_PEERS, clients: { trustedProxies: ['10.0.0.0/8'] } })

function clientOf(asking: Asking) {
  const x = line.exchange(asking)
  return { client: identify(normalise(x), x), why: x.why }
}

t.test('anybody is who the connection says, whatever their fields say', async (t) => {
  const { client, why } = clientOf({ headers: { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' } })
  t.match(client, { address: '198.51.100.7', trustedPeer: false, scheme: 'http', class: 'person' })
  t.match(why, { clientAddress: '198.51.100.7', clientClass: 'person' })
})

t.test('a trusted proxy names the client and how it came', async (t) => {
  const { client } = clientOf({ from: '10.0.0.1', headers: { 'X-Forwarded-For': '192.0.2.1', 'X-Forwarded-Proto': 'https' } })
  t.match(client, { address: '192.0.2.1', trustedPeer: true, scheme: 'https' })
  t.match(clientOf({ from: '10.0.0.1' }).client, { address: '10.0.0.1', scheme: 'http' })
})

t.test('the agent tells crawlers, and each class is counted', async (t) => {
  const before = line.metrics.value('weir_clients_total', ['crawler'])
  t.match(clientOf({ headers: { 'User-Agent': 'Googlebot/2.1' } }).client, { class: 'crawler', userAgent: 'Googlebot/2.1' })
  t.match(clientOf({ headers: { 'User-Agent': null } }).client, { class: 'crawler', userAgent: undefined })
  t.equal(line.metrics.value('weir_clients_total', ['crawler']), before + 2)
})
