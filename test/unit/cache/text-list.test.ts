import t from 'tap'
import { TextReader, writeTexts } from '../../../edge/cache/text-list.ts'

t.test('texts come back as they were written, in parts of any size', async (t) => {
  const texts = ['', 'a', 'größe', '\0', '€'.repeat(1_000), '\xff']
  const reader = new TextReader(writeTexts(texts))
  t.same([...reader.take(2)!, ...reader.take(0)!, ...reader.take(4)!], texts)
  t.ok(reader.done)
})

t.test('nothing is read past the end, whatever the lengths say', async (t) => {
  const list = writeTexts(['one', 'two'])
  t.equal(new TextReader(list).take(3), null)
  for (let bytes = 0; bytes < list.length; bytes++) t.equal(new TextReader(list.subarray(0, bytes)).take(2), null)
  list.writeUInt32LE(0xffffffff, 0)
  t.equal(new TextReader(list).take(1), null)
})

t.test('what is left over shows', async (t) => {
  const reader = new TextReader(writeTexts(['one', 'two']))
  reader.take(1)
  t.notOk(reader.done)
})
