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

t.test('it never holds more than its bound, and what comes again and again stays', async (t) => {
  const { memo, read } = memoOf(8)
  for (let i = 0; i < 1_000; i++) {
    t.equal(memo.get('often'), 5)
    memo.get(`once ${i}`)
    if (memo.size > 8) t.fail(`${memo.size} texts after ${i}`)
  }
  t.equal(read.filter((text) => text === 'often').length, 1)
})

t.test('what came long ago is read again', async (t) => {
  const { memo, read } = memoOf(4)
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f', 'a']) memo.get(text)
  t.equal(read.filter((text) => text === 'a').length, 2)
})

t.test('a long text is read each time, and not held', async (t) => {
  const { memo, read } = memoOf(4)
  const long = 'x'.repeat(513)
  t.equal(memo.get(long), 513)
  t.equal(memo.get(long), 513)
  t.equal(read.length, 2)
  t.equal(memo.size, 0)
})
