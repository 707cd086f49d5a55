import t from 'tap'
import { NO_INDEX, nextIndex } from '../../../../control/discovery/consul-index.ts'

t.test('an index that grew is waited behind', (t) => {
  t.equal(nextIndex(7n, '8'), 8n)
  t.equal(nextIndex(7n, '7'), 7n, 'a wait that ran out returns the same index')
  t.end()
})

t.test('an index that went back asks for the state afresh', (t) => {
  t.equal(nextIndex(100n, '99'), NO_INDEX)
  t.end()
})

t.test('a missing, zero or senseless index never becomes a busy loop on 0', (t) => {
  for (const returned of [undefined, '', '0', '-1', 'NaN', '1e3', '99999999999999999999999']) {
    t.equal(nextIndex(NO_INDEX, returned), 1n, `${returned}`)
    t.equal(nextIndex(1n, returned), 1n, `${returned} again`)
  }
  t.end()
})

t.test('an index beyond 2^53 keeps every digit', (t) => {
  t.equal(nextIndex(9_007_199_254_740_993n, '9007199254740994'), 9_007_199_254_740_994n)
  t.equal(nextIndex(9_007_199_254_740_993n, '9007199254740992'), NO_INDEX, 'one less is less')
  t.equal(nextIndex(1n, '18446744073709551615'), 18_446_744_073_709_551_615n)
  t.end()
})
