import t from 'tap'
import { formatHttpDate, parseHttpDate } from '../../../edge/http/date.ts'

const NOW_MS = Date.UTC(2026, 10, 21)
const EXAMPLE_MS = Date.UTC(1994, 10, 6, 8, 49, 37)

t.test('the three forms of the standard name the same moment', async (t) => {
  t.equal(parseHttpDate('Sun, 06 Nov 1994 08:49:37 GMT', NOW_MS), EXAMPLE_MS)
  t.equal(parseHttpDate('Sunday, 06-Nov-94 08:49:37 GMT', NOW_MS), EXAMPLE_MS)
  t.equal(parseHttpDate('Sun Nov  6 08:49:37 1994', NOW_MS), EXAMPLE_MS)
  t.equal(parseHttpDate('Wed Nov 16 08:49:37 1994', NOW_MS), Date.UTC(1994, 10, 16, 8, 49, 37))
})

t.test('a two-digit year is at most fifty years ahead', async (t) => {
  const yearOf = (text: string, nowMs: number) => new Date(parseHttpDate(text, nowMs) ?? 0).getUTCFullYear()
  t.equal(yearOf('Friday, 01-Jan-76 00:00:00 GMT', NOW_MS), 2076)
  t.equal(yearOf('Friday, 01-Jan-77 00:00:00 GMT', NOW_MS), 1977)
  t.equal(yearOf('Friday, 01-Jan-05 00:00:00 GMT', Date.UTC(2099, 0, 1)), 2105)
  t.equal(yearOf('Friday, 01-Jan-99 00:00:00 GMT', Date.UTC(2099, 0, 1)), 2099)
})

t.test('a leap day and a leap second are taken', async (t) => {
  t.equal(parseHttpDate('Thu, 29 Feb 2024 00:00:00 GMT', NOW_MS), Date.UTC(2024, 1, 29))
  t.equal(parseHttpDate('Sat, 31 Dec 2016 23:59:60 GMT', NOW_MS), Date.UTC(2017, 0, 1))
  t.equal(parseHttpDate('Sat, 01 Jan 0050 00:00:00 GMT', NOW_MS), new Date('0050-01-01T00:00:00Z').getTime())
})

t.test('what is no date is none', async (t) => {
  const invalid = [
    ...[
      '',
      '0',
      '-1',
      'now',
      'Sun, 06 Nov 1994 08:49:37',
      'Sun, 06 Nov 1994 08:49:37 UTC',
      'Sun, 06 Nov 1994 08:49:37 GMT ',
      ' Sun, 06 Nov 1994 08:49:37 GMT',
    ],
    ...[
      'sun, 06 Nov 1994 08:49:37 GMT',
      'Sun, 06 nov 1994 08:49:37 GMT',
      'Sun, 6 Nov 1994 08:49:37 GMT',
      'Sun, 06 Nov 94 08:49:37 GMT',
      'Sun 06 Nov 1994 08:49:37 GMT',
    ],
    ...['Fri, 30 Feb 2024 00:00:00 GMT', 'Wed, 29 Feb 2023 00:00:00 GMT', 'Sun, 00 Nov 1994 08:49:37 GMT', 'Sun, 32 Nov 1994 08:49:37 GMT'],
    ...[
      'Sun, 06 Nov 1994 24:00:00 GMT',
      'Sun, 06 Nov 1994 23:60:00 GMT',
      'Sun, 06 Nov 1994 23:59:61 GMT',
      '1994-11-06T08:49:37Z',
      'Sun, 06 Nov 1994 08:49:37 GMT\0',
    ],
    ...['x'.repeat(1_000_000), `Sun, ${'0'.repeat(1_000_000)}`],
  ]
  for (const text of invalid) t.equal(parseHttpDate(text, NOW_MS), null, encodeURIComponent(text.slice(0, 40)))
})

t.test('a written date is read back, in whole seconds', async (t) => {
  t.equal(formatHttpDate(EXAMPLE_MS + 999), 'Sun, 06 Nov 1994 08:49:37 GMT')
  t.equal(parseHttpDate(formatHttpDate(NOW_MS), NOW_MS), NOW_MS)
})
