import t from 'tap'
import { acceptSite } from '../../../../control/domain/accept-site.ts'

t.test('a valid site has its defaults filled in and a digest', async (t) => {
  const accepted = acceptSite({ name: 'shop' })
  if (!accepted.ok) throw new Error('it is refused')
  t.same(accepted.site.hosts, ['*'])
  t.match(accepted.digest, /^[0-9a-f]{64}$/)
})

t.test('a default that is written out does not change the digest', async (t) => {
  const one = acceptSite({ name: 'shop' })
  const other = acceptSite({ hosts: ['*'], name: 'shop' })
  t.equal(one.ok && one.digest, other.ok && other.digest)
})

t.test('a field of the wrong kind is refused at its pointer', async (t) => {
  t.match(acceptSite({ routes: { cart: { maxBodyBytes: 'many' } } }), { ok: false, problems: [{ pointer: '/routes/cart/maxBodyBytes' }] })
})

t.test('a route to a pool that is not there is refused at its pointer', async (t) => {
  t.match(acceptSite({ routes: { cart: { pool: 'none' } } }), { ok: false, problems: [{ pointer: '/routes/cart/pool' }] })
})

t.test('anything at all is refused without a throw', async (t) => {
  for (const value of [null, 3, 'x', [], () => {}]) t.equal(acceptSite(value).ok, false)
})
