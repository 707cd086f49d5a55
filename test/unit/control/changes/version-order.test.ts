import t from 'tap'
import { compareVersions, MAX_DIGESTS, type Mark, markAfter } from '../../../../control/changes/version-order.ts'

t.test('numbers, dates and what cannot be compared', (t) => {
  for (const [older, newer] of [
    ['9', '10'],
    ['1.25', '1.5'],
    ['99999999999999999999', '100000000000000000000'],
    ['2026-01-09 08:05:00', '2026-01-09 08:05:00.5'],
    ['2026-01-09T23', '2026-01-10T00'],
  ] as const) {
    t.ok(compareVersions(older, newer)! < 0, `${older} < ${newer}`)
    t.ok(compareVersions(newer, older)! > 0, `${newer} > ${older}`)
  }
  t.equal(compareVersions('007.50', '7.5'), 0)
  t.equal(compareVersions('x', 'x'), 0)
  t.equal(compareVersions('7', '2026-01-01'), null)
  t.end()
})

t.test('a mark rises, and takes each change of one version once', (t) => {
  t.same(markAfter(null, '1', 'a'), { version: '1', digests: ['a'] })
  const mark: Mark = { version: '2', digests: ['a'] }
  t.equal(markAfter(mark, '1', 'z'), null)
  t.equal(markAfter(mark, '02', 'a'), null)
  t.same(markAfter(mark, '02', 'b'), { version: '2', digests: ['a', 'b'] })
  t.same(markAfter(mark, '3', 'a'), { version: '3', digests: ['a'] })
  t.same(markAfter(mark, 'x', 'a'), { version: 'x', digests: ['a'] }, 'what cannot be compared purges')
  const full: Mark = { version: '1', digests: Array.from({ length: MAX_DIGESTS }, (_, i) => `d${i}`) }
  t.same(markAfter(full, '1', 'new')?.digests, [...full.digests.slice(1), 'new'])
  t.end()
})
