import t from 'tap'
import { readTexts, writeTexts } from '../../../edge/cache/text-list.ts'

/** The texts of a list that lies in the middle of something. */
function textsIn(list: Uint8Array, count: number): string[] | null {
  const bytes = Buffer.concat([Buffer.alloc(5, 0xff), list, Buffer.alloc(5, 0xff)])
  return readTexts(bytes, { from: 5, to: bytes.length - 5, count })
}

t.test('texts come back as they were written, of one byte a character or more', async (t) => {
  for (const texts of [[], [''], ['', 'a', '\0', '\xff'], ['größe', '€'.repeat(1_000), '', '😀', 'b']]) {
    t.same(textsIn(writeTexts(texts), texts.length), texts)
  }
})

t.test('another count, a byte too few or too many is no list', async (t) => {
  for (const texts of [
    ['one', 'two'],
    ['one', '€'],
  ]) {
    const list = writeTexts(texts)
    for (const count of [0, 1, 3, 1_000_000]) t.equal(textsIn(list, count), null, `${count} texts`)
    for (let bytes = 0; bytes < list.length; bytes++) t.equal(textsIn(list.subarray(0, bytes), 2), null, `${bytes} bytes`)
    t.equal(textsIn(Buffer.concat([list, Buffer.from('x')]), 2), null)
  }
})

t.test('lengths that lie are found out', async (t) => {
  for (const length of [0xffffffff, 4, 0]) {
    const list = writeTexts(['one', 'two'])
    list.writeUInt32LE(length, 1)
    t.equal(textsIn(list, 2), null)
  }
})
