import t from 'tap'
import { asEdgeError, EdgeError } from '../../../edge/base/edge-error.ts'
import { ERRORS } from '../../../edge/contract/errors.ts'

t.test('a fault carries the row of its code, its detail for the log and its cause', async (t) => {
  const cause = new Error('ECONNREFUSED')
  const fault = new EdgeError('UPSTREAM_CONNECT', { peer: '127.0.0.1:1' }, cause)
  t.equal(fault.row, ERRORS.UPSTREAM_CONNECT)
  t.equal(fault.message, ERRORS.UPSTREAM_CONNECT.sentence, 'clients may read the message: no detail is in it')
  t.same(fault.detail, { peer: '127.0.0.1:1' })
  t.equal(fault.cause, cause)
  t.equal('cause' in new EdgeError('LOOP'), false)
})

t.test('what was thrown and is no fault of the table becomes INTERNAL with the thing as its cause', async (t) => {
  const fault = new EdgeError('LOOP')
  t.equal(asEdgeError(fault), fault)
  const bug = new TypeError('undefined is not a function')
  t.match(asEdgeError(bug), { code: 'INTERNAL', cause: bug })
  t.match(asEdgeError('a string'), { code: 'INTERNAL', cause: 'a string' })
})
