import t from 'tap'
import { compilePools } from '../../../edge/config/compile-pools.ts'
import { HealthBook } from '../../../edge/config/health-book.ts'
import { EMPTY_ENDPOINTS } from '../../../edge/contract/publication.ts'
import { makeRegistries, toldOf } from '../../support/exchange-maker.ts'

const said = (address: string, health: 'healthy' | 'unhealthy') => ({ pool: 'shop', address, health, cause: health })

function world(healthCheck: object | undefined, addresses = ['a:1', 'b:1']) {
  const registries = makeRegistries()
  const book = new HealthBook()
  const compiled = (check: object | undefined, peers = addresses) => {
    const pool = { peers: peers.map((address) => ({ address })), ...(check === undefined ? {} : { healthCheck: check }) }
    return compilePools(toldOf({ pools: { shop: pool } }).site.pools, EMPTY_ENDPOINTS, registries)
  }
  const pools = compiled(healthCheck)
  book.follow(pools)
  const healths = () => pools.get('shop')!.peers.map(({ health }) => health)
  return { book, pools, compiled, healths }
}

t.test('peers are as they were told to be, and before that as their pool says', async (t) => {
  const { book, pools, healths } = world({ initial: 'unhealthy' })
  t.same(healths(), ['unhealthy', 'unhealthy'])
  book.take([said('b:1', 'healthy'), said('gone:1', 'healthy')], pools)
  t.same(healths(), ['unhealthy', 'healthy'])
})

t.test('what was told lasts over new snapshots, and is forgotten with the peer', async (t) => {
  const { book, pools, compiled } = world({})
  book.take([said('a:1', 'unhealthy'), said('b:1', 'unhealthy')], pools)
  const without = compiled({}, ['a:1', 'c:1'])
  book.follow(without)
  t.same(
    without.get('shop')!.peers.map(({ health, healthCause }) => [health, healthCause]),
    [
      ['unhealthy', 'unhealthy'],
      ['healthy', ''],
    ],
  )
  const again = compiled({}, ['a:1', 'b:1'])
  book.follow(again)
  t.same(
    again.get('shop')!.peers.map(({ health }) => health),
    ['unhealthy', 'healthy'],
  )
})

t.test('a pool that is checked no longer has no unhealthy peers', async (t) => {
  const { book, pools, compiled } = world({})
  book.take([said('a:1', 'unhealthy')], pools)
  const unchecked = compiled(undefined)
  book.follow(unchecked)
  book.take([said('b:1', 'unhealthy')], unchecked)
  t.same(
    unchecked.get('shop')!.peers.map(({ health }) => health),
    ['healthy', 'healthy'],
  )
})
