import t from 'tap'
import { LengthDecoder } from '../../../edge/wire/length-decoder.ts'
import { decodeAnyCut } from './decode.ts'

t.test('as many bytes as were announced are taken, however they come, and none behind them', async (t) => {
  t.same(
    decodeAnyCut(t, () => new LengthDecoder(5), 'hello'),
    { payload: 'hello', taken: 5, rule: null, done: true, atEnd: 'whole' },
  )
  t.same(
    decodeAnyCut(t, () => new LengthDecoder(5), 'helloGET /'),
    { payload: 'hello', taken: 5, rule: null, done: true, atEnd: 'whole' },
  )
  t.same(
    decodeAnyCut(t, () => new LengthDecoder(5), 'hell'),
    { payload: 'hell', taken: 4, rule: null, done: false, atEnd: 'cut' },
  )
})

t.test('a body of no bytes is over from the start', async (t) => {
  const decoder = new LengthDecoder(0)
  t.ok(decoder.done)
  t.equal(decoder.atEnd, 'whole')
  t.equal(
    decoder.read(Buffer.from('GET /'), 2, () => t.fail('no payload')),
    2,
  )
})

t.test('the payload is a part of the chunk, and a chunk of nothing else is handed on as it is', async (t) => {
  const parts: Buffer[] = []
  const decoder = new LengthDecoder(8)
  const first = Buffer.from('xxabc')
  t.equal(
    decoder.read(first, 2, (part) => parts.push(part)),
    5,
  )
  const second = Buffer.from('def')
  t.equal(
    decoder.read(second, 0, (part) => parts.push(part)),
    3,
  )
  const third = Buffer.from('ghGET')
  t.equal(
    decoder.read(third, 0, (part) => parts.push(part)),
    2,
  )
  t.same(parts.map(String), ['abc', 'def', 'gh'])
  t.equal(parts[0]!.buffer, first.buffer, 'no copy')
  t.equal(parts[1], second)
})

t.test('nothing is handed on when nothing has come', async (t) => {
  const decoder = new LengthDecoder(5)
  t.equal(
    decoder.read(Buffer.from('abc'), 3, () => t.fail('no payload')),
    3,
  )
  t.notOk(decoder.done)
})

t.test('the longest body that can be announced is counted to its last byte', async (t) => {
  const decoder = new LengthDecoder(999_999_999_999_999)
  t.equal(
    decoder.read(Buffer.from('abc'), 0, () => {}),
    3,
  )
  t.notOk(decoder.done)
})
