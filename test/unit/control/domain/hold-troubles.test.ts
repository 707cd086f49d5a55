import t from 'tap'
import type { ServiceReport } from '../../../../control/domain/endpoint-source.ts'
import { holdTroubles } from '../../../../control/domain/hold-troubles.ts'
import { siteOf } from '../../contract/site-of.ts'

const site = siteOf({
  pools: {
    fixed: { peers: [{ address: 'a:1' }] },
    shop: { discover: { service: 'shop' } },
    twin: { discover: { service: 'shop' } },
    mail: { discover: { dns: { name: 'mail', port: 25 } } },
  },
})
const quiet = { hold: null, lastError: null, failing: false }
const told = (...reports: object[]) => holdTroubles(site, reports.map((report) => ({ ...quiet, ...report })) as unknown as ServiceReport[])

t.test('nothing is told of what is well, or of what no pool discovers', (t) => {
  t.same(told({ service: 'shop' }, { service: 'gone', failing: true }), [])
  t.same(holdTroubles(null, []), [])
  t.end()
})

t.test('each pool that discovers what is held is named, with the end of the hold', (t) => {
  const hold = { untilMs: 7 }
  t.same(told({ service: 'shop', hold, lastError: 'held: why' }), [
    { kind: 'discovery-held', pool: 'shop', cause: 'shop: held: why', edges: [], untilMs: 7 },
    { kind: 'discovery-held', pool: 'twin', cause: 'shop: held: why', edges: [], untilMs: 7 },
  ])
  t.notOk('untilMs' in told({ service: 'shop', hold: { untilMs: null } })[0]!, 'a hold without an end has none')
  t.end()
})

t.test('a pool of whose peers nobody hears is named with the reason', (t) => {
  const [trouble] = told({ service: 'dns/A/mail:25', failing: true, lastError: 'queryA ETIMEOUT mail' })
  t.same(trouble, { kind: 'discovery-away', pool: 'mail', cause: 'dns/A/mail:25: queryA ETIMEOUT mail', edges: [] })
  t.end()
})
