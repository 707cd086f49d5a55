import t from 'tap'
import { areApart, formatRange, MAX_RANGES, parseRange, resolveRanges } from '../../../edge/http/range.ts'

const specs = (value: string) => {
  const parsed = parseRange(value)
  if (parsed === null || parsed === 'other-unit') throw new Error(`no ranges: ${value}`)
  return parsed
}
const spans = (value: string, bodyBytes = 10) => resolveRanges(specs(value), bodyBytes).map(({ first, last }) => `${first}-${last}`)

t.test('ranges are read in the order they stand in', async (t) => {
  t.same(parseRange('bytes=0-4'), [{ first: 0, last: 4 }])
  t.same(parseRange('bytes=5-'), [{ first: 5, last: null }])
  t.same(parseRange('bytes=-3'), [{ suffixBytes: 3 }])
  t.same(parseRange('BYTES=7-7 ,\t0-1'), [
    { first: 7, last: 7 },
    { first: 0, last: 1 },
  ])
  t.same(parseRange('bytes=,0-1,,2-3,'), [
    { first: 0, last: 1 },
    { first: 2, last: 3 },
  ])
})

t.test('what is malformed is nothing to obey', async (t) => {
  const bad = [
    '',
    'bytes',
    'bytes=',
    'bytes=,',
    'bytes=-',
    'bytes=a-b',
    'bytes=4-3',
    'bytes=0-1-2',
    'bytes 0-1',
    'bytes=0 - 1',
    'bytes= 0',
    '=0-1',
  ]
  for (const value of [
    ...bad,
    'bytes=0-1;2-3',
    'bytes=0-1 2-3',
    'bytes=--1',
    'bytes=+1-2',
    'bytes=0x0-1',
    'bytes=0-1, bytes=2-3',
    'bytes=1.0-2',
  ])
    t.equal(parseRange(value), null, value)
})

t.test('other units are somebody else’s', async (t) => {
  t.equal(parseRange('seconds=0-5'), 'other-unit')
  t.equal(parseRange('lines=*'), 'other-unit')
})

t.test('more ranges than allowed are none', async (t) => {
  const many = (count: number) => `bytes=${Array.from({ length: count }, (_, i) => `${2 * i}-${2 * i}`).join(',')}`
  t.equal(specs(many(MAX_RANGES)).length, MAX_RANGES)
  t.equal(parseRange(many(MAX_RANGES + 1)), null)
  t.equal(parseRange(many(10_000)), null)
})

t.test('numbers of any length are positions beyond every body', async (t) => {
  t.same(spans('bytes=1000000000000000000-'), [])
  t.same(spans(`bytes=${'9'.repeat(5_000)}-`), [])
  t.same(spans(`bytes=2-${'9'.repeat(5_000)}`), ['2-9'])
  t.same(spans(`bytes=-${'9'.repeat(400)}`), ['0-9'])
  t.same(spans(`bytes=${'0'.repeat(400)}1-2`), ['1-2'])
  t.equal(parseRange(`bytes=${'9'.repeat(30)}-5`), null)
})

t.test('ranges are cut to the body, and those beyond it left out', async (t) => {
  t.same(spans('bytes=0-4'), ['0-4'])
  t.same(spans('bytes=6-100'), ['6-9'])
  t.same(spans('bytes=-3'), ['7-9'])
  t.same(spans('bytes=-30'), ['0-9'])
  t.same(spans('bytes=10-'), [])
  t.same(spans('bytes=-0'), [])
  t.same(spans('bytes=10-20,2-3'), ['2-3'])
})

t.test('ranges that overlap are merged, so that no byte is sent twice; others keep their order', async (t) => {
  t.same(spans('bytes=8-9,0-1'), ['8-9', '0-1'])
  t.same(spans('bytes=0-1,2-3'), ['0-1', '2-3'])
  t.same(spans('bytes=5-7,0-5,-3'), ['0-9'])
  t.same(spans('bytes=0-,0-,0-,0-'), ['0-9'])
  t.same(spans('bytes=6-7,0-1,1-2'), ['0-2', '6-7'])
  t.same(spans('bytes=0-8,2-3'), ['0-8'])
})

t.test('only sets that stand apart whatever the length are worth passing on', async (t) => {
  for (const value of ['bytes=0-4', 'bytes=-5', 'bytes=5-', 'bytes=0-1,2-3,9-']) t.equal(areApart(specs(value)), true, value)
  for (const value of ['bytes=0-,0-', 'bytes=0-1,-1', 'bytes=-1,-2', 'bytes=2-3,0-1', 'bytes=0-2,2-3', 'bytes=5-,6-7'])
    t.equal(areApart(specs(value)), false, value)
})

t.test('what is written is read back', async (t) => {
  for (const value of ['bytes=0-4', 'bytes=5-', 'bytes=-5', 'bytes=0-1,2-3,-4']) t.equal(formatRange(specs(value)), value)
})
