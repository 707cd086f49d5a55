import { MONTHS, parseHttpDate } from './date.ts'

// One or two digits of a day, a month, two or four of a year, with blanks or dashes between; the name of the weekday and its comma are
// read over. Bounded repetitions only, so that matching is linear.
const LOOSE =
  /^(?:[a-z]{3,9},?[ \t]{1,4})?([0-9]{1,2})(?:[ \t]{1,4}|-)([a-z]{3})(?:[ \t]{1,4}|-)([0-9]{4}|[0-9]{2})[ \t]{1,4}([0-9]{1,2}):([0-9]{2}):([0-9]{2})[ \t]{1,4}gmt$/i
const MAX_LENGTH = 64

/**
 * The date of Expires, Date or Last-Modified as a cache reads it, ms since the Unix epoch; null when it is none.
 *
 * Letter case does not matter (RFC 9111 §4.2), and small slips of a generator are read over, which RFC 9110 §5.6.7 encourages. A zone
 * other than GMT is no date: an hour of it could be any hour.
 * @param nowMs wall clock, to place two-digit years
 */
export function parseCacheDate(text: string, nowMs: number): number | null {
  const exact = parseHttpDate(text, nowMs)
  if (exact !== null || text.length > MAX_LENGTH) return exact
  const loose = LOOSE.exec(text)
  if (loose === null) return null
  const [, day = '', monthName = '', year = '', hours = '', minutes, seconds] = loose
  const month = MONTHS.find((name) => name.toLowerCase() === monthName.toLowerCase())
  const time = `${hours.padStart(2, '0')}:${minutes}:${seconds} GMT`
  if (year.length === 4) return parseHttpDate(`Mon, ${day.padStart(2, '0')} ${month} ${year} ${time}`, nowMs)
  return parseHttpDate(`Monday, ${day.padStart(2, '0')}-${month}-${year} ${time}`, nowMs)
}
