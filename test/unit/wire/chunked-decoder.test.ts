import t from 'tap'
import { ChunkedDecoder } from '../../../edge/wire/chunked-decoder.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import type { RuleName } from '../../../edge/wire/wire-rules.ts'
import { decodeAnyCut } from './decode.ts'

const chunk = (data: string) => `${data.length.toString(16)}\r\n${data}\r\n`
const make = () => new ChunkedDecoder()

t.test('the data of all chunks is the payload, however the bytes are cut', async (t) => {
  const bodies = [
    ['', '0\r\n\r\n'],
    ['hello', '5\r\nhello\r\n0\r\n\r\n'],
    ['abc', '1\r\na\r\n1;x\r\nb\r\n1;y="z"\r\nc\r\n000;z\r\n\r\n'],
    ['0\r\n\r\n5\r\n', '8\r\n0\r\n\r\n5\r\n\r\n0\r\n\r\n'],
    ['x'.repeat(300), `${chunk('x'.repeat(300))}0\r\n\r\n`],
    ['ab', '1\r\na\r\n1\r\nb\r\n0\r\nA: b\r\nC: d\r\n\r\n'],
  ]
  for (const [payload, text] of bodies) {
    const expected = { payload, taken: text!.length, rule: null, done: true, atEnd: 'whole' }
    t.same(decodeAnyCut(t, make, text!), expected)
    t.same(decodeAnyCut(t, make, `${text}GET / HTTP/1.1`), expected, 'what follows is left alone')
  }
})

t.test('a body is cut until its last line end has come', async (t) => {
  const text = '3;a\r\nabc\r\n0\r\nA: b\r\n\r\n'
  for (let length = 0; length < text.length; length++) {
    const { rule, done, atEnd, taken } = decodeAnyCut(t, make, text.slice(0, length))
    t.same([rule, done, atEnd, taken], [null, false, 'cut', length])
  }
})

t.test('the payload before a fault is handed on, nothing behind it', async (t) => {
  const samples: readonly (readonly [RuleName, string])[] = [
    ['chunk-size', '3\r\nabc\r\nx'],
    ['chunk-end', '3\r\nabcd\r\n0\r\n\r\n'],
    ['bare-lf', '3\r\nabc\n0\r\n\r\n'],
    ['chunk-extension', '3\r\nabc\r\n1;\r\nd\r\n0\r\n\r\n'],
    ['name-octet', '3\r\nabc\r\n0\r\nA/: b\r\n\r\n'],
    ['framing-in-trailers', '3\r\nabc\r\n0\r\nHost: b\r\n\r\n'],
  ]
  for (const [rule, text] of samples) {
    const { payload, ...rest } = decodeAnyCut(t, make, text)
    t.same([payload, rest.rule, rest.done, rest.atEnd], ['abc', rule, false, 'cut'], rule)
  }
})

t.test('many small chunks come as one piece', async (t) => {
  const text = `${'1\r\na\r\n2;x\r\nbc\r\n'.repeat(50)}0\r\n\r\nGET /`
  const bytes = Buffer.from(`head${text}`)
  const parts: Buffer[] = []
  t.equal(
    new ChunkedDecoder().read(bytes, 4, (part) => parts.push(part)),
    bytes.length - 5,
  )
  t.same(parts.map(String), ['abc'.repeat(50)])
  t.equal(parts[0]!.buffer, bytes.buffer, 'no copy')
  t.equal(bytes.toString('latin1', 0, 4), 'head', 'what stands before the body is not touched')
  t.equal(bytes.toString('latin1', bytes.length - 5), 'GET /', 'nor what stands behind it')
})

t.test('chunks of every size are moved together whole', async (t) => {
  // Around the size from which on the runtime moves the bytes, which may lie one over the other.
  const datas = Array.from({ length: 140 }, (_, i) => String.fromCharCode(0x21 + (i % 90)).repeat(i + 1))
  const bytes = Buffer.from(`${datas.map(chunk).join('')}0\r\n\r\n`)
  const parts: string[] = []
  t.equal(
    new ChunkedDecoder().read(bytes, 0, (part) => parts.push(part.toString())),
    bytes.length,
  )
  t.same(parts, [datas.join('')])
})

t.test('a chunk of nothing but data is handed on as it is', async (t) => {
  const decoder = new ChunkedDecoder()
  const parts: Buffer[] = []
  decoder.read(Buffer.from('a\r\n'), 0, (part) => parts.push(part))
  t.same(parts, [], 'a line is no payload')
  const data = Buffer.from('01234567')
  decoder.read(data, 0, (part) => parts.push(part))
  t.equal(parts[0], data)
  decoder.read(Buffer.from('89\r\n0\r\n\r\n'), 0, (part) => parts.push(part))
  t.equal(parts.length, 2)
  t.equal(String(parts[1]), '89')
  t.ok(decoder.done)
})

t.test('a chunk larger than can ever come is waited for', async (t) => {
  const decoder = new ChunkedDecoder()
  const parts: string[] = []
  const taken = decoder.read(Buffer.from('1fffffffffffff\r\nabc'), 0, (part) => parts.push(part.toString()))
  t.notOk(taken instanceof WireFault)
  t.same(parts, ['abc'])
  t.notOk(decoder.done)
})
