import t from 'tap'
import { ClientsSchema } from '../../../edge/contract/client.ts'
import { accepted, refusedAt } from './accepts.ts'

t.test('nobody is trusted to name the client unless listed', (t) => {
  t.same(accepted(ClientsSchema, {}).trustedProxies, [])
  t.end()
})

t.test('texts that would make too many a crawler are too short', (t) => {
  t.same(refusedAt(ClientsSchema, { crawlers: { agents: ['bot', 'b'], people: [''] } }), ['/crawlers/agents/1', '/crawlers/people/0'])
  t.end()
})

t.test('proxies are ranges of addresses, not names', (t) => {
  t.same(refusedAt(ClientsSchema, { trustedProxies: ['10.0.0.0/8', 'proxy.example'] }), ['/trustedProxies/1'])
  t.end()
})
