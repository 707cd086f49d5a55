import t from 'tap'
import { checkClients } from '../../../edge/contract/check-clients.ts'
import { lines, siteOf } from './site-of.ts'

t.test('ranges and hosts that mean something pass', (t) => {
  t.same(lines(checkClients(siteOf({ hosts: ['*', 'a.example'], clients: { trustedProxies: ['10.0.0.0/8', '::1'] } }))), [])
  t.end()
})

t.test('a range or host that means nothing is told', (t) => {
  t.match(lines(checkClients(siteOf({ hosts: ['a', '1.2.3'], clients: { trustedProxies: ['::1', '10.0.0.0/40'] } }))), [
    /^\/hosts\/1 "1.2.3" must be an IPv4 address/,
    /^\/clients\/trustedProxies\/1 the prefix length/,
  ])
  t.end()
})

t.test('a text cannot mean a crawler and a person', (t) => {
  const clients = { crawlers: { agents: ['MyBot'], people: ['Reader', 'mybot'] } }
  t.match(lines(checkClients(siteOf({ clients }))), [/^\/clients\/crawlers\/people\/1 "mybot" is among agents too/])
  t.end()
})
