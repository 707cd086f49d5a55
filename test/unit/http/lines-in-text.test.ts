import t from 'tap'
import { Fields } from '../../../edge/http/fields.ts'
import { linesInText } from '../../../edge/http/lines-in-text.ts'
import { sharedLines } from '../../../edge/http/shared-lines.ts'

const RAW = ['Server', 'a', 'X', '', 'eTag', '"\xe4\xff"', 'DATE', 'now', 'Link', '<a>: <b>', 'Link', ' c ']

/** The lines of a text that lies in the middle of something. */
function linesOf(text: string) {
  return linesInText(Buffer.from(`A: b\r\n${text}C: d\r\n`, 'latin1'), 6, 6 + text.length, text)
}

t.test('lines are those of the list that the text was made of', async (t) => {
  const text = Fields.fromRaw(RAW).toText()!
  const lines = linesOf(text)!
  const { bits, marks } = sharedLines(RAW)
  t.match(lines, { bits, marks, dated: true, text, whole: true })
  t.same(lines.raw, RAW)
  t.equal(lines.raw, lines.raw, 'read once')
  const fields = Fields.over(lines)
  t.same([fields.get('etag'), fields.get('link'), fields.get('x'), fields.size], ['"\xe4\xff"', '<a>: <b>,  c ', '', 6])
})

t.test('no lines are lines too, and none of them is a Date', async (t) => {
  t.match(linesOf(''), { bits: 0, marks: 0, dated: false })
  for (const name of ['Dat', 'Data', 'X-Date', 'Dates']) t.match(linesOf(`${name}: a\r\n`), { dated: false })
})

t.test('what is not exactly lines is refused, wherever it breaks off', async (t) => {
  const text = 'A: b\r\nCache-Control: max-age=1\r\n'
  for (let length = 1; length < text.length; length++) {
    if (length !== 6) t.equal(linesOf(text.slice(0, length)), null, `${length} bytes`)
  }
  for (const broken of [
    ': a\r\n',
    'A:b\r\n',
    'A b: c\r\n',
    'A : b\r\n',
    'A: b\n',
    'A: b\r',
    'A: b\rC\r\n',
    'A: \0\r\n',
    'A: \x7f\r\n',
    '\r\n',
    'A: b\r\n\r\n',
  ])
    t.equal(linesOf(broken), null, JSON.stringify(broken))
})
