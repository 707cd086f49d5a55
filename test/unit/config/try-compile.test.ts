import t from 'tap'
import { tryCompile } from '../../../edge/config/try-compile.ts'
import { toldOf } from '../../support/exchange-maker.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const SITE = { pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } }, routes: { all: { pool: 'shop' } } }

t.test('what can be served has nothing wrong with it', async (t) => {
  t.equal(tryCompile(toldOf(SITE), new SeededRandom()), null)
})

t.test('what cannot be compiled is told, and thrown at nobody', async (t) => {
  const told = toldOf({ ...SITE, limits: { each: { rate: '1/s' } } })
  Object.assign(told.site.limits.each!, { rate: 'no rate' })
  t.match(tryCompile(told, new SeededRandom()), /^cannot be compiled: /)
})
