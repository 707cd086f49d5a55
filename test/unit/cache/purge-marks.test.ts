import t from 'tap'
import { furthest, type Mark, MarkTable, NO_MARK, verdictOf } from '../../../edge/cache/purge-marks.ts'

const FILL = { fillSeq: 5, requestedAtMs: 1_000 }
const hard = (hardSeq: number): Mark => ({ ...NO_MARK, hardSeq })

t.test('a fill is reached by what has a higher number than it began under, and hard beats soft', async (t) => {
  t.equal(verdictOf(NO_MARK, FILL), 'none')
  t.equal(verdictOf(hard(5), FILL), 'none')
  t.equal(verdictOf(hard(6), FILL), 'hard')
  t.equal(verdictOf({ ...NO_MARK, softSeq: 6 }, FILL), 'soft')
  t.equal(verdictOf({ ...NO_MARK, softSeq: 9, hardSeq: 6 }, FILL), 'hard')
})

t.test('a purge of this edge reaches what began in its millisecond or before', async (t) => {
  t.equal(verdictOf({ ...NO_MARK, hardAtMs: 999 }, FILL), 'none')
  t.equal(verdictOf({ ...NO_MARK, hardAtMs: 1_000 }, FILL), 'hard')
  t.equal(verdictOf({ ...NO_MARK, softAtMs: 1_001 }, FILL), 'soft')
})

t.test('the furthest of two marks reaches as far as both, in each of their orders', async (t) => {
  t.same(furthest({ hardSeq: 3, softSeq: 1, hardAtMs: 0, softAtMs: 8 }, { hardSeq: 2, softSeq: 4, hardAtMs: 7, softAtMs: 0 }), {
    hardSeq: 3,
    softSeq: 4,
    hardAtMs: 7,
    softAtMs: 8,
  })
})

t.test('the target purged longest ago gives way, and its mark is handed on', async (t) => {
  const handed: Mark[] = []
  const table = new MarkTable({ max: 2, maxText: 100 }, (mark) => handed.push(mark))
  table.raise('a', hard(1))
  table.raise('b', hard(2))
  table.raise('a', hard(3))
  table.raise('c', hard(4))
  t.same(handed, [hard(2)])
  t.same(
    [...table.entries()].map(([target]) => target),
    ['a', 'c'],
  )
  t.same(table.get('a'), hard(3))
})

t.test('texts are bounded together', async (t) => {
  const handed: Mark[] = []
  const table = new MarkTable({ max: 10, maxText: 10 }, (mark) => handed.push(mark))
  table.raise('12345678', hard(1))
  table.raise('1234', hard(2))
  t.same(handed, [hard(1)])
  table.raise('12345678901', hard(3))
  t.equal(table.size, 0, 'one that is too long by itself is handed on at once')
  t.same(handed.at(-1), hard(3))
})
