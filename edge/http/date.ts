/** Months as dates name them. */
export const MONTHS: readonly string[] = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

// The three forms of RFC 9110 §5.6.7, case-sensitive as it says. Each matches one length or nearly so, so matching is linear.
const MONTH = MONTHS.join('|')
const TIME = '([0-9]{2}):([0-9]{2}):([0-9]{2})'
const IMF_FIXDATE = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), ([0-9]{2}) (${MONTH}) ([0-9]{4}) ${TIME} GMT$`)
const RFC850 = new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, ([0-9]{2})-(${MONTH})-([0-9]{2}) ${TIME} GMT$`)
const ASCTIME = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (${MONTH}) ([0-9]{2}| [0-9]) ${TIME} ([0-9]{4})$`)

const YEAR_MS = 365.2425 * 86_400_000

/**
 * The date of a field, in ms since the Unix epoch, or null when it is none; the name of the weekday is not checked.
 * @param nowMs wall clock; a two-digit year that would be more than 50 years ahead of it is in the past (RFC 9110 §5.6.7)
 * @see RFC 9110 §5.6.7
 */
export function parseHttpDate(text: string, nowMs: number): number | null {
  const fixed = IMF_FIXDATE.exec(text)
  if (fixed !== null) return dateOf(Number(fixed[3]), fixed[2]!, fixed[1]!, fixed.slice(4, 7))
  const asctime = ASCTIME.exec(text)
  if (asctime !== null) return dateOf(Number(asctime[6]), asctime[1]!, asctime[2]!, asctime.slice(3, 6))
  const rfc850 = RFC850.exec(text)
  return rfc850 === null ? null : twoDigitYearDate(rfc850, nowMs)
}

/**
 * The text of a date as IMF-fixdate, in whole seconds; `parseHttpDate` reads it back.
 * @param atMs wall clock, years 0..9999; a fraction of a second is cut off
 */
export function formatHttpDate(atMs: number): string {
  // ECMA-262 fixes the form of toUTCString: it is IMF-fixdate for years of four digits.
  return new Date(atMs).toUTCString()
}

function twoDigitYearDate(match: RegExpExecArray, nowMs: number): number | null {
  const century = Math.floor(new Date(nowMs).getUTCFullYear() / 100) * 100
  const inYear = (year: number): number | null => dateOf(year, match[2]!, match[1]!, match.slice(4, 7))
  const year = century + Number(match[3])
  // The latest century that is not more than 50 years ahead: near its end, a low number is of the next one.
  for (const candidate of [year + 100, year]) {
    const atMs = inYear(candidate)
    if (atMs !== null && atMs - nowMs <= 50 * YEAR_MS) return atMs
  }
  return inYear(year - 100)
}

/** Null when there is no such day or time; a leap second counts as the second after it. */
function dateOf(year: number, month: string, day: string, [hours, minutes, seconds]: readonly string[]): number | null {
  const monthIndex = MONTHS.indexOf(month)
  const date = new Date(0)
  // Not Date.UTC: it takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, monthIndex, Number(day))
  // The 31st of a short month rolls over into the next one.
  if (date.getUTCMonth() !== monthIndex || date.getUTCDate() !== Number(day)) return null
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return null
  return date.setUTCHours(Number(hours), Number(minutes), Number(seconds))
}
