import t from 'tap'
import { documentOf, publicationOf, tokenOf } from '../../../../control/store/rows.ts'
import { digestOf } from '../../../../edge/contract/canonical-json.ts'
import { SwitchboardSchema } from '../../../../edge/contract/switchboard.ts'

t.test('a document that is no JSON is a fault', async (t) => {
  t.throws(() => documentOf(SwitchboardSchema, '{"seq":', 'switchboard'), { code: 'CONFIG_UNREADABLE' })
})

t.test('a document that is not what its schema says is a fault that names it', async (t) => {
  const fault = { code: 'CONFIG_UNREADABLE', detail: { reason: /the switchboard kept in the database is not valid: \/seq/ } }
  t.throws(() => documentOf(SwitchboardSchema, '{"seq":"x","switches":[],"overrides":[]}', 'switchboard'), fault)
})

t.test('a revision whose site was spoilt is a fault that names it', async (t) => {
  const row = { revision: 3, digest: 'a'.repeat(64), published_at_ms: 0, author: '', note: '', site: '{"routes":[]}' }
  t.throws(() => publicationOf(row), { code: 'CONFIG_UNREADABLE', detail: { reason: /revision 3 .* \/site\/routes/ } })
})

t.test('a revision of an older version has the digest of what it says now', async (t) => {
  const older = { pools: { shop: { discover: { service: 'shop' } } }, routes: { all: { path: '/*', pool: 'shop' } } }
  const row = { revision: 3, digest: digestOf(older), published_at_ms: 0, author: '', note: '', site: JSON.stringify(older) }
  const read = publicationOf(row)
  t.equal(read.site.pools.shop?.discover?.protect.mode, 'on', 'what is new since is at its default')
  t.equal(read.digest, digestOf(read.site))
  t.equal(publicationOf({ ...row, digest: 'a'.repeat(64) }).digest, 'a'.repeat(64), 'a wrong digest is not made right')
})

t.test('a token with a role that is none is a fault', async (t) => {
  const row = { id: 'a', name: 'n', role: 'god', digest: 'd', created_at_ms: 0 }
  t.throws(() => tokenOf(row), { code: 'CONFIG_UNREADABLE' })
  t.equal(tokenOf({ ...row, role: 'viewer' }).role, 'viewer')
})
