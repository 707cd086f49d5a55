import t from 'tap'
import { checkSticky } from '../../../edge/contract/check-sticky.ts'
import { toldOf } from '../../support/exchange-maker.ts'

function problems(...stickies: object[]) {
  const pools = Object.fromEntries(stickies.map((sticky, at) => [`pool-${at}`, { peers: [{ address: '[::1]:1' }], sticky }]))
  return [...checkSticky(toldOf({ pools }).site.pools)].map(({ pointer }) => pointer)
}

t.test('each pool gives a cookie of its own', async (t) => {
  t.same(problems({ cookie: 'a' }, { cookie: 'b' }), [])
  t.same(problems({ cookie: 'a' }, { cookie: 'a' }), ['/pools/pool-1/sticky/cookie'])
})

t.test('what browsers refuse is refused', async (t) => {
  t.same(problems({ cookie: 'a', sameSite: 'None' }), ['/pools/pool-0/sticky/secure'])
  t.same(problems({ cookie: 'a', sameSite: 'None', secure: 'always' }), [])
  t.same(problems({ cookie: '__Host-a' }), ['/pools/pool-0/sticky/secure'])
  t.same(problems({ cookie: '__Host-a', secure: 'always', path: '/shop' }), ['/pools/pool-0/sticky/secure'])
  t.same(problems({ cookie: '__Secure-a', secure: 'always', path: '/shop' }), [])
})
