import t from 'tap'
import { MAX_WAIT_MS, PageQuerySchema, pageOf, WaitQuerySchema, waitOf } from '../../../../control/api/query.ts'
import { validate } from '../../../../edge/contract/validate.ts'

t.test('a page has 50 entries when nothing is said, and never more than 500', async (t) => {
  t.same(pageOf({}), { limit: 50 })
  t.same(pageOf({ limit: '7', before: '40' }), { limit: 7, before: 40 })
  t.same(pageOf({ limit: '999999' }), { limit: 500 })
})

t.test('nobody waits when nothing is said, and never longer than the bound', async (t) => {
  t.equal(waitOf({}), 0)
  t.equal(waitOf({ waitMs: '1500' }), 1_500)
  t.equal(waitOf({ waitMs: '999999999' }), MAX_WAIT_MS)
})

t.test('what is no whole number is refused', async (t) => {
  for (const text of ['', '-1', '1.5', '1e3', 'x', '9'.repeat(20)]) {
    t.equal(validate(PageQuerySchema, { limit: text }).ok, false, text)
    t.equal(validate(WaitQuerySchema, { waitMs: text }).ok, false, text)
  }
})
