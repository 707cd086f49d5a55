import t from 'tap'
import { UntilCloseDecoder } from '../../../edge/wire/until-close-decoder.ts'
import { decodeAnyCut } from './decode.ts'

t.test('everything is payload, and only the end of the connection ends it', async (t) => {
  const text = 'hello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'
  t.same(
    decodeAnyCut(t, () => new UntilCloseDecoder(), text),
    { payload: text, taken: text.length, rule: null, done: false, atEnd: 'whole' },
  )
})

t.test('what stands before the body is not handed on, and a chunk of nothing else is as it is', async (t) => {
  const parts: Buffer[] = []
  const decoder = new UntilCloseDecoder()
  const chunk = Buffer.from('body')
  t.equal(
    decoder.read(Buffer.from('headbo'), 4, (part) => parts.push(part)),
    6,
  )
  t.equal(
    decoder.read(chunk, 0, (part) => parts.push(part)),
    4,
  )
  t.same(parts.map(String), ['bo', 'body'])
  t.equal(parts[1], chunk)
})

t.test('nothing is handed on when nothing has come', async (t) => {
  t.equal(
    new UntilCloseDecoder().read(Buffer.from('head'), 4, () => t.fail('no payload')),
    4,
  )
})
