import t from 'tap'
import { Line, TWO_PEERS } from '../../support/exchange-maker.ts'

t.test('by most rules the request is shared as it came', async (t) => {
  const { asked } = new Line().asked({ headers: { 'X-A': '1' } })
  t.equal(asked.shared, asked.request.fields)
})

t.test('a rule that asks is told the class of client and device', async (t) => {
  const routes = { all: { pool: 'shop', cache: { key: { device: 'yes', client: 'yes' } } } }
  const line = new Line({ ...TWO_PEERS, routes })
  const shared = (agent: string, hint = '?0') => line.asked({ headers: { 'User-Agent': agent, 'Sec-CH-UA-Mobile': hint } }).asked.shared
  t.equal(shared('Googlebot/2.1').get('x-client-class'), 'crawler')
  t.equal(shared('Mozilla/5.0 (iPad; Mobile)').get('x-ua-device'), 'tablet')
  t.equal(shared('Mozilla/5.0 (X11; Linux)', '?1').get('x-ua-device'), 'phone')
})
