/** Whether a status is among those written as `200-299` or `204`. */
export function isExpected(status: number, ranges: readonly string[]): boolean {
  return ranges.some((range) => {
    const [from, to = from] = range.split('-')
    return status >= Number(from) && status <= Number(to)
  })
}
