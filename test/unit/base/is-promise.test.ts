import t from 'tap'
import { isPromise } from '../../../edge/base/is-promise.ts'

t.test('a promise must be awaited, anything else is at hand', async (t) => {
  t.equal(isPromise(Promise.resolve(1)), true)
  t.equal(isPromise((async () => 1)()), true)
  for (const value of [1, null, undefined, '', {}, []]) t.equal(isPromise<unknown>(value), false)
})
