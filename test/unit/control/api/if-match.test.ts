import t from 'tap'
import { ifMatch } from '../../../../control/api/if-match.ts'

t.test('the tag that stands matches, alone or in a list', async (t) => {
  t.equal(ifMatch('"r3"', '"r3"'), 'matches')
  t.equal(ifMatch('"r2" , "r3"', '"r3"'), 'matches')
  t.equal(ifMatch('*', '"r3"'), 'matches')
})

t.test('another tag, a weak one, or one without quotes is stale', async (t) => {
  for (const field of ['"r2"', 'W/"r3"', 'r3', '"r33"']) t.equal(ifMatch(field, '"r3"'), 'stale', field)
})

t.test('no field, or an empty one, is missing', async (t) => {
  t.equal(ifMatch(undefined, '"r3"'), 'missing')
  t.equal(ifMatch(' ', '"r3"'), 'missing')
})
