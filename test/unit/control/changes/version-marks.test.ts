import t from 'tap'
import { MAX_PURGES_OF_ROW, MemoryMarks, type RowVersion } from '../../../../control/changes/version-marks.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { NEWER_STORIES, newerOf } from '../../../support/newer-steps.ts'

const change = (more: Partial<RowVersion> = {}): RowVersion => ({
  row: 'r',
  version: '1',
  digest: 'a',
  rememberMs: 1_000,
  purges: ['p'],
  ...more,
})

for (const story of NEWER_STORIES) {
  t.test(story.name, async (t) => {
    const said = await newerOf(new MemoryMarks(new ManualClock()), story)
    t.same(
      said,
      story.steps.map(({ newer }) => newer),
    )
  })
}

t.test('a mark is forgotten when its time is over', async (t) => {
  const clock = new ManualClock()
  const marks = new MemoryMarks(clock)
  await marks.keep([change()])
  clock.advance(999)
  t.same(await marks.look([change()]), [[false]])
  clock.advance(1)
  t.same(await marks.look([change()]), [[true]])
})

t.test('a row with too many purges forgets them all, and purges again', async (t) => {
  const marks = new MemoryMarks(new ManualClock())
  const many = Array.from({ length: MAX_PURGES_OF_ROW }, (_, i) => `p${i}`)
  await marks.keep([change({ purges: many })])
  t.same((await marks.look([change({ purges: many })]))[0]!.includes(true), false)
  await marks.keep([change({ purges: ['one more'] })])
  t.same(await marks.look([change({ purges: ['p0', 'one more'] })]), [[true, false]])
})

t.test('rows do not stand in each other’s way', async (t) => {
  const marks = new MemoryMarks(new ManualClock())
  await marks.keep([change({ version: '9' })])
  t.same(await marks.look([change({ row: 'other' })]), [[true]])
})

t.test('marks are bounded; the row that was quiet longest gives way', async (t) => {
  const clock = new ManualClock()
  const marks = new MemoryMarks(clock, 4)
  for (const row of ['a', 'b', 'a', 'c']) await marks.keep([change({ row, purges: ['p', 'q'], version: String(clock.monotonicMs()) })])
  const isKept = async (row: string) => (await marks.look([change({ row, version: '0' })]))[0]![0] === false
  t.same([await isKept('a'), await isKept('b'), await isKept('c')], [true, false, true])
  for (let i = 0; i < 100; i++) await marks.keep([change({ row: 'd', version: String(i) })])
  t.same([await isKept('a'), await isKept('c'), await isKept('d')], [false, true, true], 'a row that comes again takes no more room')
  clock.advance(1_000)
  t.same([await isKept('c'), await isKept('d')], [false, false])
})
