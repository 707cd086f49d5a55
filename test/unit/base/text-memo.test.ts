import t from 'tap'
import { TextMemo } from '../../../edge/base/text-memo.ts'

/** A memo, and the texts that were read, in turn. */
function memoOf(max: number): { memo: TextMemo<number | null>; read: string[] } {
  const read: string[] = []
  const memo = new TextMemo<number | null>(max, (text) => {
    read.push(text)
    return text === '' ? null : text.length
  })
  return { memo, read }
}

t.test('a text is read once', async (t) => {
  const { memo, read } = memoOf(10)
  t.equal(memo.get('abc'), 3)
  t.equal(memo.get(['a', 'bc'].join('')), 3)
  t.equal(memo.get(''), null)
  t.equal(memo.get(''), null)
  t.same(read, ['abc', ''])
})

t.test('what was known last time in the same place is looked at first', async (t) => {
  const { memo, read } = memoOf(2)
  const last = memo.again('abc', null)
  t.match(last, { text: 'abc', found: 3 })
  for (const text of ['d', 'e', 'f', 'g']) memo.get(text)
  t.equal(memo.again('abc', last), last)
  t.equal(read.length, 5)
  t.match(memo.again('de', last), { found: 2 }, 'another text')
  const { memo: other, read: readByOther } = memoOf(2)
  t.not(other.again('abc', last), last, 'what another memo knows is not believed')
  t.same(readByOther, ['abc'])
})

t.test('a long text is read each time', async (t) => {
  const { memo, read } = memoOf(4)
  const long = 'x'.repeat(513)
  t.equal(memo.get(long), 513)
  t.equal(memo.get(long), 513)
  t.equal(read.length, 2)
  t.equal(memo.size, 0)
})
