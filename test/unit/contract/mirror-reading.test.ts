import t from 'tap'
import {
  DIFFERENCE_KINDS,
  MAX_EXAMPLES,
  MIRROR_OUTCOMES,
  type MirrorReading,
  mergedMirrors,
} from '../../../edge/contract/mirror-reading.ts'

const all = <K extends string>(names: readonly K[], count: number) =>
  Object.fromEntries(names.map((name) => [name, count])) as Record<K, number>
const reading = (route: string, count: number, examplesAt: readonly number[] = []): MirrorReading => ({
  route,
  pool: 'next',
  inFlight: count,
  outcomes: all(MIRROR_OUTCOMES, count),
  differences: all(DIFFERENCE_KINDS, count),
  examples: examplesAt.map((atMs) => ({ atMs, id: `x-${atMs}`, method: 'GET', target: '/', differences: [] })),
})

t.test('readings of one route are added up; of the examples the latest are kept', async (t) => {
  const many = Array.from({ length: MAX_EXAMPLES }, (_, i) => 100 - i)
  const merged = mergedMirrors([reading('b', 1, many), reading('a', 5), reading('b', 2, [200, 50])])
  t.same(
    merged.map(({ route, inFlight }) => [route, inFlight]),
    [
      ['a', 5],
      ['b', 3],
    ],
  )
  t.match(merged[1], { outcomes: all(MIRROR_OUTCOMES, 3), differences: all(DIFFERENCE_KINDS, 3) })
  t.equal(merged[1]?.examples.length, MAX_EXAMPLES)
  t.same(
    merged[1]?.examples.slice(0, 2).map(({ atMs }) => atMs),
    [200, 100],
  )
})
