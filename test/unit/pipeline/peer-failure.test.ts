import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { ERRORS, type ErrorCode } from '../../../edge/contract/errors.ts'
import { isFailingStatus, isPeerFault } from '../../../edge/pipeline/peer-failure.ts'

t.test('a peer in trouble says so by the statuses of its pool; what is no error never counts', async (t) => {
  const failing = [200, 404, 502]
  t.same(
    [200, 404, 500, 502, 503].filter((status) => isFailingStatus(status, failing)),
    [404, 502],
  )
})

t.test('faults of the upstream count, those of clients, of the edge and of its own queues do not', async (t) => {
  const codes = Object.keys(ERRORS) as ErrorCode[]
  const counted = codes.filter((code) => isPeerFault(new EdgeError(code)))
  t.ok(['UPSTREAM_CONNECT', 'UPSTREAM_RESET', 'UPSTREAM_TIMEOUT', 'UPSTREAM_INVALID'].every((code) => counted.includes(code as ErrorCode)))
  t.notOk(counted.some((code) => ['UPSTREAM_BUSY', 'NO_PEER', 'CLIENT_GONE', 'INTERNAL'].includes(code)))
})
