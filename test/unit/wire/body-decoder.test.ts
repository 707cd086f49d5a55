import t from 'tap'
import { bodyDecoder } from '../../../edge/wire/body-decoder.ts'
import type { Framing } from '../../../edge/wire/message.ts'
import { decode } from './decode.ts'

const BYTES = '3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n'

const decoded = (framing: Framing) => decode(bodyDecoder(framing), BYTES)

t.test('each framing finds its own end in the same bytes', async (t) => {
  t.same(decoded({ kind: 'none' }), { payload: '', taken: 0, rule: null, done: true, atEnd: 'whole' })
  t.same(decoded({ kind: 'length', bytes: 4 }), { payload: '3\r\na', taken: 4, rule: null, done: true, atEnd: 'whole' })
  t.same(decoded({ kind: 'length', bytes: 99 }), { payload: BYTES, taken: BYTES.length, rule: null, done: false, atEnd: 'cut' })
  t.same(decoded({ kind: 'chunked' }), { payload: 'abc', taken: 13, rule: null, done: true, atEnd: 'whole' })
  t.same(decoded({ kind: 'until-close' }), { payload: BYTES, taken: BYTES.length, rule: null, done: false, atEnd: 'whole' })
})

t.test('before the first byte only a body of none is over', async (t) => {
  const start = (framing: Framing) => {
    const { done, atEnd } = bodyDecoder(framing)
    return [done, atEnd]
  }
  t.same(start({ kind: 'none' }), [true, 'whole'])
  t.same(start({ kind: 'length', bytes: 1 }), [false, 'cut'])
  t.same(start({ kind: 'chunked' }), [false, 'cut'])
  t.same(start({ kind: 'until-close' }), [false, 'whole'])
})

t.test('two bodies have nothing in common', async (t) => {
  const first = bodyDecoder({ kind: 'chunked' })
  decode(first, '3\r\nab')
  t.same(decode(bodyDecoder({ kind: 'chunked' }), '1\r\nx\r\n0\r\n\r\n').payload, 'x')
  t.notOk(first.done)
})
