import t from 'tap'
import { readEntries, verdictsOn } from '../../../../control/changes/read-entries.ts'
import { ChangeStreamSchema } from '../../../../edge/contract/changes.ts'
import { accepted } from '../../contract/accepts.ts'

const CONFIG = accepted(ChangeStreamSchema, { url: 'redis://127.0.0.1', maxTries: 2, maxEntryBytes: 1_024 })
const entry = (id: string, text: string | null = '{}') => ({ id, text })

t.test('entries are read, or buried with the reason', (t) => {
  const tries = new Map([
    ['2', 2],
    ['3', 3],
    ['4', 9],
  ])
  const said = readEntries(
    [entry('1', '[{},{}]'), entry('2'), entry('3'), entry('4', 'x'), entry('5', 'ä'.repeat(600))],
    tries,
    CONFIG,
    (id) => (id === '3' ? 'Error: no' : undefined),
  )
  t.same(
    said.readable.map((each) => [each.entry.id, each.items.length, each.tries]),
    [
      ['1', 2, 1],
      ['2', 1, 2],
    ],
  )
  t.same(
    said.burials.map((burial) => [burial.entry.id, burial.cause, burial.reason, burial.tries]),
    [
      ['3', 'tries', 'was delivered 2 times and never done: Error: no', 3],
      ['4', 'tries', 'was delivered 8 times and never done: its consumers ended', 9],
      ['5', 'too-large', 'must be at most 1024 bytes', 1],
    ],
  )
  t.end()
})

t.test('an entry with one change that is not valid is dead, with the places', (t) => {
  const { readable } = readEntries([entry('1', '[{},{}]'), entry('2', '[]'), entry('3')], new Map(), CONFIG, () => undefined)
  const bad = {
    outcome: 'invalid',
    purges: 0,
    problems: Array.from({ length: 9 }, (_, i) => ({ pointer: `/p${i}`, message: 'is wrong' })),
  } as const
  const verdicts = verdictsOn(readable, [{ outcome: 'accepted', purges: 1 }, bad, { outcome: 'no-rule', purges: 0 }])
  t.same(verdicts.done, ['2', '3'])
  t.match(verdicts.dead, [{ entry: { id: '1' }, cause: 'invalid', reason: '/1/p0 is wrong; /1/p1 is wrong; /1/p2 is wrong' }])
  t.end()
})
