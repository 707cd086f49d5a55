import t from 'tap'
import { lineEnd, MORE } from '../../../edge/wire/scan.ts'
import { RULES } from '../../../edge/wire/wire-rules.ts'

const at = (text: string, offset: number, end = text.length) => lineEnd(Buffer.from(text), offset, end, RULES['value-octet'])

t.test('a line ends with CR and LF', async (t) => {
  t.equal(at('a\r\nb', 1), 3)
  t.equal(at('a\r\n', 1), 3)
})

t.test('a CR at the end of the bytes, or of the room for a head, says nothing yet', async (t) => {
  t.equal(at('a\r', 1), MORE)
  t.equal(at('a\r\n', 1, 2), MORE)
})

t.test('half a line end is a fault, and anything else the one that was given', async (t) => {
  t.equal(at('a\n', 1), RULES['bare-lf'])
  t.equal(at('a\rb', 1), RULES['bare-cr'])
  t.equal(at('a\r\r\n', 1), RULES['bare-cr'])
  t.equal(at('a\0', 1), RULES['value-octet'])
})
