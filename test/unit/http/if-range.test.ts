import t from 'tap'
import { formatHttpDate } from '../../../edge/http/date.ts'
import { parseEntityTag } from '../../../edge/http/entity-tag.ts'
import { ifRangeHolds } from '../../../edge/http/if-range.ts'

const MODIFIED_MS = Date.UTC(2026, 0, 1)
const NOW_MS = Date.UTC(2026, 10, 21)
const MODIFIED = formatHttpDate(MODIFIED_MS)

const holds = (
  value: string,
  etag = '"v1"',
  dateAtMs: number | null = MODIFIED_MS + 1_000,
  lastModifiedAtMs: number | null = MODIFIED_MS,
) => ifRangeHolds(value, { etag: parseEntityTag(etag), lastModifiedAtMs }, dateAtMs, NOW_MS)

t.test('an entity tag must be the same, and strong on both sides', async (t) => {
  t.equal(holds('"v1"'), true)
  t.equal(holds('"v2"'), false)
  t.equal(holds('W/"v1"'), false)
  t.equal(holds('"v1"', 'W/"v1"'), false)
  t.equal(holds('W/"v1"', 'W/"v1"'), false)
  t.equal(holds('"v1"', 'v1'), false)
})

t.test('a date must be exactly Last-Modified, and that older than the answer', async (t) => {
  t.equal(holds(MODIFIED), true)
  t.equal(holds(formatHttpDate(MODIFIED_MS + 1_000)), false, 'later is not the same')
  t.equal(holds(formatHttpDate(MODIFIED_MS - 1_000)), false)
  t.equal(holds(MODIFIED, '"v1"', MODIFIED_MS), false, 'changed in the second it was sent: it may have changed again')
  t.equal(holds(MODIFIED, '"v1"', null), false)
  t.equal(holds(MODIFIED, '"v1"', NOW_MS, null), false)
})

t.test('anything else holds for nothing', async (t) => {
  for (const value of ['', '*', 'v1', '"v1", "v2"', 'yesterday', '0']) t.equal(holds(value), false, value)
})
