import t from 'tap'
import {
  DIFFERENCE_KINDS,
  MAX_EXAMPLES,
  MIRROR_OUTCOMES,
  type MirrorReading,
  MirrorReadingSchema,
  mergedMirrors,
  shortMirrors,
} from '../../../edge/contract/mirror-reading.ts'
import { validate } from '../../../edge/contract/validate.ts'

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

t.test('what a newer edge says beyond what we know is left out, and what an older one does not say is none', async (t) => {
  const told = { route: 'a', pool: 'next', inFlight: 0, outcomes: { same: 2, dreamt: 9 }, differences: {}, examples: [] }
  const [merged] = mergedMirrors([told, told])
  t.match(merged, { outcomes: { same: 4, failed: 0 }, differences: { status: 0 } })
  t.notOk('dreamt' in merged!.outcomes)
})

t.test('what goes with each beat is short, and as the schema says', async (t) => {
  const difference = { kind: 'field', name: 'location', origin: 'a'.repeat(160), mirror: 'b'.repeat(160) } as const
  const example = {
    atMs: 1,
    id: 'x',
    method: 'GET',
    target: `/${'t'.repeat(511)}`,
    differences: Array.from({ length: 18 }, () => difference),
  }
  const long = { ...reading('a', 1), examples: Array.from({ length: MAX_EXAMPLES }, () => example) }
  const short = shortMirrors(Array.from({ length: 100 }, () => long))
  t.ok(JSON.stringify(short).length < 80 * 1024, `${JSON.stringify(short).length} bytes`)
  t.ok(validate(MirrorReadingSchema, short[0]).ok)
  t.ok(validate(MirrorReadingSchema, long).ok)
})
