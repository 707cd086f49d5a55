import t from 'tap'
import { DateLine } from '../../../edge/server/date-line.ts'

const NEW_YEAR_MS = Date.UTC(2026, 0, 1)

t.test('it is the field line of the second, and the same text within it', async (t) => {
  const date = new DateLine()
  t.equal(date.at(NEW_YEAR_MS), 'Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n')
  t.equal(date.at(NEW_YEAR_MS + 999), 'Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n')
  t.equal(date.at(NEW_YEAR_MS + 1_000), 'Date: Thu, 01 Jan 2026 00:00:01 GMT\r\n')
})

t.test('a clock that is set back is believed', async (t) => {
  const date = new DateLine()
  date.at(NEW_YEAR_MS)
  t.equal(date.at(NEW_YEAR_MS - 1), 'Date: Wed, 31 Dec 2025 23:59:59 GMT\r\n')
})
