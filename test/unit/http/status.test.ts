import t from 'tap'
import {
  isHeuristicallyCacheable,
  isIdempotentMethod,
  isInterim,
  isSafeMethod,
  mayHaveBody,
  reasonPhrase,
  statusClass,
} from '../../../edge/http/status.ts'

t.test('a status has its registered phrase, an unknown one the empty phrase', async (t) => {
  t.equal(reasonPhrase(200), 'OK')
  t.equal(reasonPhrase(429), 'Too Many Requests')
  t.equal(reasonPhrase(599), '')
})

t.test('only the twelve statuses of the standard are cacheable without a lifetime', async (t) => {
  const all = Array.from({ length: 500 }, (_, index) => index + 100)
  t.same(all.filter(isHeuristicallyCacheable), [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501])
})

t.test('answers to HEAD and those of 1xx, 204, 304 have no content, nor a CONNECT that succeeded', async (t) => {
  t.ok(mayHaveBody('GET', 200))
  t.ok(mayHaveBody('GET', 205))
  t.ok(mayHaveBody('CONNECT', 407))
  for (const status of [100, 101, 103, 204, 304]) t.notOk(mayHaveBody('GET', status), String(status))
  t.notOk(mayHaveBody('HEAD', 200))
  t.notOk(mayHaveBody('CONNECT', 200))
})

t.test('interim answers are 1xx without 101', async (t) => {
  t.same([100, 101, 103, 200].filter(isInterim), [100, 103])
})

t.test('safe methods only read', async (t) => {
  t.same(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'POST', 'PUT', 'DELETE', 'PATCH', 'get', 'QUERY'].filter(isSafeMethod), [
    'GET',
    'HEAD',
    'OPTIONS',
    'TRACE',
  ])
})

t.test('what only reads, and what replaces or removes, may run twice', async (t) => {
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']) t.ok(isIdempotentMethod(method), method)
  for (const method of ['POST', 'PATCH', 'CONNECT', 'get', 'PURGE']) t.notOk(isIdempotentMethod(method), method)
})

t.test('the class of a status is its first digit', async (t) => {
  for (const [status, expected] of [
    [101, '1xx'],
    [200, '2xx'],
    [304, '3xx'],
    [499, '4xx'],
    [599, '5xx'],
    [999, '9xx'],
  ] as const)
    t.equal(statusClass(status), expected)
})
