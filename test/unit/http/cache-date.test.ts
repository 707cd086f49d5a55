import t from 'tap'
import { parseCacheDate } from '../../../edge/http/cache-date.ts'

const NOW_MS = Date.UTC(2026, 10, 21)
const MEANT_MS = Date.UTC(2050, 7, 18, 2, 1, 18)

t.test('dates of the standard are read, and any letter case of them', async (t) => {
  for (const text of ['Thu, 18 Aug 2050 02:01:18 GMT', 'THU, 18 aug 2050 02:01:18 gMT', 'Thu Aug 18 02:01:18 2050']) {
    t.equal(parseCacheDate(text, NOW_MS), MEANT_MS, text)
  }
})

t.test('small slips are read over', async (t) => {
  const slips = [
    'Thu 18 Aug 2050 02:01:18 GMT',
    'Thu, 18  Aug  2050 02:01:18 GMT',
    'Thu, 18-Aug-2050 2:01:18 GMT',
    '18 Aug 50 02:01:18 GMT',
  ]
  for (const text of slips) t.equal(parseCacheDate(text, NOW_MS), MEANT_MS, text)
})

t.test('another zone, a missing one, and what is no day are no dates', async (t) => {
  const none = [
    'Thu, 18 Aug 2050 02:01:18 UTC',
    'Thu, 18 Aug 2050 02:01:18 AEST',
    'Thu, 18 Aug 2050 02:01:18',
    'Thu, 31 Feb 2050 02:01:18 GMT',
  ]
  for (const text of [
    ...none,
    '',
    '0',
    '-1',
    'Thu, 18 Agu 2050 02:01:18 GMT',
    'Thu, 18 Aug 2050 25:01:18 GMT',
    'Thu, 18 Aug 2050 02.01.18 GMT',
  ]) {
    t.equal(parseCacheDate(text, NOW_MS), null, text)
  }
})

t.test('a long text is refused at once', async (t) => {
  t.equal(parseCacheDate(`Thu,${' '.repeat(100_000)}18 Aug 2050 02:01:18 GMT`, NOW_MS), null)
})
