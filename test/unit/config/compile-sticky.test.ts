import t from 'tap'
import { compilePools } from '../../../edge/config/compile-pools.ts'
import { stickyNames, withCookieKeys } from '../../../edge/config/compile-sticky.ts'
import type { EdgeBootstrap } from '../../../edge/contract/bootstrap.ts'
import { EMPTY_ENDPOINTS } from '../../../edge/contract/publication.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const { site } = toldOf({
  pools: {
    shop: { peers: [{ address: '10.0.0.1:80' }], sticky: { cookie: 'shop-peer' } },
    docs: { peers: [{ address: '10.0.0.1:80' }] },
  },
})
const shopAt = (cookieKeys: readonly string[]) =>
  compilePools(site.pools, EMPTY_ENDPOINTS, { ...makeRegistries(), cookieKeys }).get('shop')!

t.test('a pool gives cookies where it says so; workers with the same keys believe each other', async (t) => {
  const [one, other] = [shopAt(['k'.repeat(32)]), shopAt(['k'.repeat(32)])]
  const value = one.sticky!.cookies.issue(one.peers[0]!, 0)
  t.match(other.sticky!.cookies.read(value, 0), { kind: 'named', peer: other.peers[0] })
  t.match(shopAt(['l'.repeat(32)]).sticky!.cookies.read(value, 0), { kind: 'forged' })
  t.equal(compilePools(site.pools, EMPTY_ENDPOINTS, makeRegistries()).get('docs')!.sticky, null)
})

t.test('without keys there is one of its own', async (t) => {
  const alone = shopAt([])
  t.match(alone.sticky!.cookies.read(alone.sticky!.cookies.issue(alone.peers[0]!, 0), 0), { kind: 'named' })
})

t.test('the cookies of a site are known by name', async (t) => {
  t.same(stickyNames(site), ['shop-peer'])
})

t.test('an edge without keys makes one for all of its workers', async (t) => {
  const random = new SeededRandom()
  const bootstrap = { cookieKeys: [] as string[] } as EdgeBootstrap
  t.match(withCookieKeys(bootstrap, random).cookieKeys, [/^[0-9a-f]{64}$/])
  const given = { ...bootstrap, cookieKeys: ['k'.repeat(32)] }
  t.equal(withCookieKeys(given, random), given)
})
