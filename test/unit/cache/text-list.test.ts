import t from 'tap'
import { readTexts, writeTexts } from '../../../edge/cache/text-list.ts'

t.test('texts come back as they were written, of one byte a character or more', async (t) => {
  for (const texts of [[], [''], ['', 'a', '\0', '\xff'], ['größe', '€'.repeat(1_000), '', '😀', 'b']]) {
    t.same(readTexts(writeTexts(texts), texts.length), texts)
  }
})

t.test('another count, a byte too few or too many is no list', async (t) => {
  for (const texts of [
    ['one', 'two'],
    ['one', '€'],
  ]) {
    const list = writeTexts(texts)
    for (const count of [0, 1, 3, 1_000_000]) t.equal(readTexts(list, count), null, `${count} texts`)
    for (let bytes = 0; bytes < list.length; bytes++) t.equal(readTexts(list.subarray(0, bytes), 2), null, `${bytes} bytes`)
    t.equal(readTexts(Buffer.concat([list, Buffer.from('x')]), 2), null)
  }
})

t.test('lengths that lie are found out', async (t) => {
  for (const length of [0xffffffff, 4, 0]) {
    const list = writeTexts(['one', 'two'])
    list.writeUInt32LE(length, 1)
    t.equal(readTexts(list, 2), null)
  }
})
