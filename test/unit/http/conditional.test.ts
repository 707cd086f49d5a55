import t from 'tap'
import { conditionalRequest, evaluateConditional } from '../../../edge/http/conditional.ts'
import { formatHttpDate } from '../../../edge/http/date.ts'
import { parseEntityTag } from '../../../edge/http/entity-tag.ts'
import { Fields } from '../../../edge/http/fields.ts'

const NOW_MS = Date.UTC(2026, 10, 21)
const MODIFIED_MS = NOW_MS - 3_600_000
const SAME = formatHttpDate(MODIFIED_MS)
const EARLIER = formatHttpDate(MODIFIED_MS - 1000)
const LATER = formatHttpDate(MODIFIED_MS + 1000)

function outcome(
  fields: Record<string, string | string[]>,
  method = 'GET',
  etag = '"v1"',
  lastModifiedAtMs: number | null = MODIFIED_MS,
): string {
  const request = conditionalRequest(method, Fields.of(fields))
  if (request === null) return 'unconditional'
  return evaluateConditional(request, { etag: parseEntityTag(etag), lastModifiedAtMs }, NOW_MS)
}

t.test('a request without preconditions is unconditional', async (t) => {
  t.equal(outcome({ 'If-Range': '"v1"' }), 'unconditional')
})

t.test('If-None-Match compares weakly and answers a read with 304, a write with 412', async (t) => {
  t.equal(outcome({ 'If-None-Match': '"v1"' }), 'not-modified')
  t.equal(outcome({ 'If-None-Match': 'W/"v1"' }, 'HEAD'), 'not-modified')
  t.equal(outcome({ 'If-None-Match': '"v0", W/"v1"' }), 'not-modified')
  t.equal(outcome({ 'If-None-Match': ['"v0"', '"v1"'] }), 'not-modified')
  t.equal(outcome({ 'If-None-Match': '*' }, 'PUT'), 'precondition-failed')
  t.equal(outcome({ 'If-None-Match': '"v0"' }), 'proceed')
  t.equal(outcome({ 'If-None-Match': '"v1"' }, 'GET', 'none'), 'proceed')
})

t.test('If-None-Match, even unreadable, outranks If-Modified-Since', async (t) => {
  t.equal(outcome({ 'If-None-Match': '"v0"', 'If-Modified-Since': SAME }), 'proceed')
  t.equal(outcome({ 'If-None-Match': 'v0', 'If-Modified-Since': SAME }), 'proceed')
})

t.test('a tag that lost its quotes on the way is known again, but never strongly', async (t) => {
  t.equal(outcome({ 'If-None-Match': 'v1' }), 'not-modified')
  t.equal(outcome({ 'If-None-Match': 'v0, v1' }), 'not-modified')
  t.equal(outcome({ 'If-Match': 'v1' }, 'PUT'), 'precondition-failed')
})

t.test('If-Modified-Since answers a read that nothing changed since', async (t) => {
  t.equal(outcome({ 'If-Modified-Since': SAME }), 'not-modified')
  t.equal(outcome({ 'If-Modified-Since': LATER }), 'not-modified')
  t.equal(outcome({ 'If-Modified-Since': EARLIER }), 'proceed')
  t.equal(outcome({ 'If-Modified-Since': SAME }, 'POST'), 'proceed')
  t.equal(outcome({ 'If-Modified-Since': SAME }, 'GET', '"v1"', MODIFIED_MS + 999), 'not-modified', 'fractions do not count')
})

t.test('a date that is none, or none to compare with, is ignored', async (t) => {
  t.equal(outcome({ 'If-Modified-Since': 'yesterday' }), 'proceed')
  t.equal(outcome({ 'If-Modified-Since': [SAME, SAME] }), 'proceed')
  t.equal(outcome({ 'If-Modified-Since': SAME }, 'GET', '"v1"', null), 'proceed')
  t.equal(outcome({ 'If-Unmodified-Since': EARLIER }, 'PUT', '"v1"', null), 'proceed')
})

t.test('If-Match compares strongly and refuses what does not match', async (t) => {
  t.equal(outcome({ 'If-Match': '"v1"' }, 'PUT'), 'proceed')
  t.equal(outcome({ 'If-Match': '*' }, 'PUT'), 'proceed')
  t.equal(outcome({ 'If-Match': 'W/"v1"' }, 'PUT'), 'precondition-failed')
  t.equal(outcome({ 'If-Match': '"v1"' }, 'PUT', 'W/"v1"'), 'precondition-failed')
  t.equal(outcome({ 'If-Match': 'garbage' }, 'PUT'), 'precondition-failed')
})

t.test('If-Unmodified-Since counts only without If-Match', async (t) => {
  t.equal(outcome({ 'If-Unmodified-Since': EARLIER }, 'PUT'), 'precondition-failed')
  t.equal(outcome({ 'If-Unmodified-Since': SAME }, 'PUT'), 'proceed')
  t.equal(outcome({ 'If-Match': '"v1"', 'If-Unmodified-Since': EARLIER }, 'PUT'), 'proceed')
})

t.test('both groups are evaluated, the failing one first', async (t) => {
  t.equal(outcome({ 'If-Match': '"v1"', 'If-None-Match': '"v1"' }), 'not-modified')
  t.equal(outcome({ 'If-Match': '"v0"', 'If-None-Match': '"v1"' }), 'precondition-failed')
})
