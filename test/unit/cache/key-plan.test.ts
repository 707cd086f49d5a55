import t from 'tap'
import { TRACKING_PARAMETERS } from '../../../edge/cache/tracking-parameters.ts'
import { makeKeyPlan } from './make-entry.ts'

t.test('a rule that says nothing keys by the target, and shares the request as it came', async (t) => {
  t.match(makeKeyPlan(), { query: null, headers: [], cookies: [], identity: null, byTargetAlone: true, asItCame: true })
  t.same(makeKeyPlan().codings, ['br', 'gzip', 'zstd'])
})

t.test('whatever is keyed beside the target ends both', async (t) => {
  const keys = [{ headers: { 'X-A': {} } }, { cookies: { a: {} } }, { device: 'yes' }, { client: 'yes' }, { identity: 'cookie:sid' }]
  for (const key of keys) t.match(makeKeyPlan({ key }), { byTargetAlone: false, asItCame: false }, JSON.stringify(key))
})

t.test('what only changes the request that is sent leaves the key to the target', async (t) => {
  const rules = [
    { unkeyed: { headers: 'strip' } },
    { unkeyed: { cookies: 'strip' } },
    { unkeyed: { trackingCookies: 'drop' } },
    { vary: { codings: ['gzip'] } },
    { vary: { languages: ['de'] } },
  ]
  for (const rule of rules) t.match(makeKeyPlan(rule), { byTargetAlone: true, asItCame: false }, JSON.stringify(rule))
  t.match(makeKeyPlan({ unkeyed: { headers: 'guard', cookies: 'pass' } }), { asItCame: true })
})

t.test('parameters are dropped by name, by beginning, and as known trackers', async (t) => {
  const { query } = makeKeyPlan({ key: { dropQuery: ['ref'], tracking: 'drop' } })
  const dropped = ['ref', 'utm_source', 'gclid', 'id', 'pk_id', 'pk_campaign'].filter((name) => query!.drop.has(name))
  t.same(dropped, ['ref', 'utm_source', 'gclid', 'pk_campaign'])
  t.equal(query!.listed, null)
  t.equal(new Set(TRACKING_PARAMETERS).size, TRACKING_PARAMETERS.length)
})

t.test('a list of parameters lets through only these, none lets through nothing', async (t) => {
  const listed = makeKeyPlan({ key: { query: 'listed', listedQuery: ['page', 'f_*'], queryOrder: 'sorted' } }).query!
  t.same(
    ['page', 'f_a', 'q'].map((name) => listed.listed!.has(name)),
    [true, true, false],
  )
  t.equal(listed.order, 'sorted')
  t.notOk(makeKeyPlan({ key: { query: 'none' } }).query!.listed!.has('q'))
})

t.test('fields are known by lower-case names: keyed, named, and that of who asks', async (t) => {
  const { known } = makeKeyPlan({ key: { headers: { 'X-A': {} }, identity: 'header:X-Key', client: 'yes' }, unkeyed: { named: ['X-B'] } })
  t.same([...known].sort(), ['x-a', 'x-b', 'x-client-class', 'x-key'])
})
