import t from 'tap'
import {
  Count,
  DateMs,
  DurationMs,
  formatDurationMs,
  parseDurationMs,
  parseRate,
  parseSizeBytes,
  RateText,
  SizeBytes,
} from '../../../edge/contract/units.ts'
import { refusedAt } from './accepts.ts'

t.test('rates are a count in a period', (t) => {
  t.same(parseRate('100/s'), { count: 100, perMs: 1_000 })
  t.same(parseRate('6000/m'), { count: 6_000, perMs: 60_000 })
  t.same(parseRate('1/h'), { count: 1, perMs: 3_600_000 })
  t.same(parseRate('999999999/d'), { count: 999_999_999, perMs: 86_400_000 })
  for (const text of ['', '5', '0/s', '05/s', '5/w', '5/ s', '-5/s', '1.5/s', '1000000000/s']) t.equal(parseRate(text), null, text)
  t.end()
})

t.test('what the schema of rates accepts can be parsed', (t) => {
  for (const text of ['1/s', '999999999/d']) t.same([refusedAt(RateText(''), text), parseRate(text) === null], [[], false])
  for (const text of ['0/s', '1/w', '5']) t.same([refusedAt(RateText(''), text), parseRate(text) === null], [[''], true])
  t.end()
})

t.test('durations are read in milliseconds', (t) => {
  t.same(['250ms', '30s', '15m', '2h', '1d', '0s'].map(parseDurationMs), [250, 30_000, 900_000, 7_200_000, 86_400_000, 0])
  for (const text of ['', '5', '-1s', '1.5s', '1w', '1 s', '12345678901ms']) t.equal(parseDurationMs(text), null, text)
  t.end()
})

t.test('sizes are read in bytes, 1,024 to the kilobyte', (t) => {
  t.same(['512', '512B', '64KB', '64MB', '2GB'].map(parseSizeBytes), [512, 512, 65_536, 67_108_864, 2_147_483_648])
  for (const text of ['', 'KB', '64kb', '1.5MB', '-1', '64 MB', '1TB']) t.equal(parseSizeBytes(text), null, text)
  t.end()
})

t.test('durations are written as people read them', (t) => {
  t.same([0, 250, 999, 1_000, 119_000, 120_000, 7_199_000, 7_200_000, 172_800_000].map(formatDurationMs), [
    '0 ms',
    '250 ms',
    '999 ms',
    '1 s',
    '119 s',
    '2 min',
    '120 min',
    '2 h',
    '2 d',
  ])
  t.end()
})

t.test('numbers of the contract are whole, and bounded on both sides', (t) => {
  const schemas = [
    DurationMs({ minimum: 0, maximum: 9, description: '' }),
    SizeBytes({ minimum: 0, maximum: 9, description: '' }),
    Count(''),
    DateMs(''),
  ]
  for (const schema of schemas) {
    t.same(refusedAt(schema, 5), [])
    for (const value of [-1, 1.5, 2 ** 53, Number.NaN, '5', null]) t.same(refusedAt(schema, value), [''], String(value))
  }
  t.same(refusedAt(Count('', 1), 0), [''])
  t.end()
})
