import t from 'tap'
import { digestOfSecret, findToken, mintToken } from '../../../../control/domain/token.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'

const KEY = 'ab'.repeat(32)
const mint = (seed: number) => mintToken({ name: `ann ${seed}`, role: 'admin' }, { key: KEY, random: new SeededRandom(seed), nowMs: 5 })

t.test('a secret names its role and carries 256 random bits', async (t) => {
  t.match(mint(1).secret, /^weir_admin_[0-9a-f]{64}$/)
  t.not(mint(1).secret, mint(2).secret)
})

t.test('what is kept of a token does not hold its secret', async (t) => {
  const { record, secret } = mint(1)
  t.notOk(JSON.stringify(record).includes(secret.slice(-16)))
  t.match(record, { name: 'ann 1', role: 'admin', createdAtMs: 5, digest: /^[0-9a-f]{64}$/ })
})

t.test('a secret finds its own record among others', async (t) => {
  const tokens = [mint(1), mint(2), mint(3)]
  const records = tokens.map(({ record }) => record)
  for (const { record, secret } of tokens) t.equal(findToken(records, digestOfSecret(KEY, secret)), record)
})

t.test('a secret that differs in one character finds nothing', async (t) => {
  const { record, secret } = mint(1)
  const last = secret.at(-1) === '0' ? '1' : '0'
  t.equal(findToken([record], digestOfSecret(KEY, secret.slice(0, -1) + last)), null)
})

t.test('a secret is worth nothing under the key of another store', async (t) => {
  const { record, secret } = mint(1)
  t.equal(findToken([record], digestOfSecret('cd'.repeat(32), secret)), null)
})

t.test('a digest of another length finds nothing and does not throw', async (t) => {
  t.equal(findToken([{ ...mint(1).record, digest: 'abcd' }], digestOfSecret(KEY, 'x')), null)
})
