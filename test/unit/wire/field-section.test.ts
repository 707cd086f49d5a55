import t from 'tap'
import { FieldSection } from '../../../edge/wire/field-section.ts'
import { CONNECTION, CONTENT_LENGTH, HOST } from '../../../edge/wire/known-field.ts'
import { MORE } from '../../../edge/wire/scan.ts'
import { RULES } from '../../../edge/wire/wire-rules.ts'
import { sectionOf } from './section-of.ts'

/** What a scan comes to that gets the bytes one more at a time. */
function scanInBytes(text: string, fields: FieldSection) {
  const bytes = Buffer.from(text, 'latin1')
  for (let end = 0; end < bytes.length; end++) {
    const found = fields.scan(bytes, 0, end)
    if (found !== MORE) return found
  }
  return fields.scan(bytes, 0, bytes.length)
}

t.test('names keep their case, values lose the blanks around them', async (t) => {
  const { raw } = sectionOf('Host: a', 'x_Y:b', 'E:', 'e: \t ', 'T: \t a \t b \t ', 'L: \xe4\xff', 'C: a: b', "!#$%&'*+-.^_`|~: x")
  t.same(raw, ['Host', 'a', 'x_Y', 'b', 'E', '', 'e', '', 'T', 'a \t b', 'L', '\xe4\xff', 'C', 'a: b', "!#$%&'*+-.^_`|~", 'x'])
})

t.test('a section begins where it is told to, and its end is given', async (t) => {
  const text = 'xxGET /\r\nHost: a\r\n\r\nbody'
  const fields = new FieldSection(100, 10)
  fields.reset(7)
  t.equal(fields.scan(Buffer.from(text), 2, text.length), text.indexOf('body'))
  t.same(fields.raw(text.slice(2)), ['Host', 'a'])
})

t.test('known fields are counted, and the last one is at hand', async (t) => {
  const { fields, raw } = sectionOf('Connection: a', 'Host: b', 'connection: c')
  t.equal(fields.lines(CONNECTION), 2)
  t.equal(fields.last(CONNECTION, raw), 'c')
  t.equal(fields.lines(HOST), 1)
  t.equal(fields.last(HOST, raw), 'b')
  t.equal(fields.lines(CONTENT_LENGTH), 0)
})

t.test('nothing of one section is left in the next', async (t) => {
  const fields = new FieldSection(100, 10)
  const first = Buffer.from('Host: a\r\nContent-Length: 5\t\r\n\r\n')
  fields.scan(first, 0, first.length)
  t.ok(fields.hasTabbedFraming)
  fields.reset(0)
  const second = Buffer.from('A: b\r\n\r\n')
  t.equal(fields.scan(second, 0, second.length), second.length)
  t.same(fields.raw(second.toString()), ['A', 'b'])
  t.equal(fields.lines(HOST), 0)
  t.notOk(fields.hasTabbedFraming)
})

t.test('more lines than were foreseen are all kept', async (t) => {
  const lines = Array.from({ length: 90 }, (_, i) => `N${i}: v${i}`)
  t.same(
    sectionOf(...lines).raw,
    lines.flatMap((line) => line.split(': ')),
  )
})

t.test('each fault is found, whole and in bytes, at its place', async (t) => {
  const samples: readonly (readonly [string, keyof typeof RULES])[] = [
    [' A: b\r\n\r\n', 'leading-space'],
    ['A: b\r\n c\r\n\r\n', 'obs-fold'],
    ['A: b\r\n\t\r\n\r\n', 'obs-fold'],
    [': b\r\n\r\n', 'empty-name'],
    ['A : b\r\n\r\n', 'space-before-colon'],
    ['A\t: b\r\n\r\n', 'space-before-colon'],
    ['A/: b\r\n\r\n', 'name-octet'],
    ['A\x80: b\r\n\r\n', 'name-octet'],
    ['A\r\n\r\n', 'no-colon'],
    ['A: b\0\r\n\r\n', 'value-octet'],
    ['A: \x7f\r\n\r\n', 'value-octet'],
    ['A: b\n\r\n', 'bare-lf'],
    ['A\n: b\r\n', 'bare-lf'],
    ['A: b\rc\r\n', 'bare-cr'],
    ['A: b\r\n\rA', 'bare-cr'],
    // The first of two counts.
    ['A: b\0\r\n c\n', 'value-octet'],
    ['A: b\r\n c\0\n', 'obs-fold'],
  ]
  for (const [text, rule] of samples) {
    const bytes = Buffer.from(text, 'latin1')
    t.equal(new FieldSection(100, 10).scan(bytes, 0, bytes.length), RULES[rule], JSON.stringify(text))
    t.equal(scanInBytes(text, new FieldSection(100, 10)), RULES[rule], `in bytes ${JSON.stringify(text)}`)
    const behind = Buffer.concat([Buffer.from('xxGET /\r\n'), bytes])
    const fields = new FieldSection(100, 10)
    fields.reset(7)
    t.equal(fields.scan(behind, 2, behind.length), RULES[rule], `behind a line ${JSON.stringify(text)}`)
  }
})

t.test('a line may be as long as its limit, and no longer', async (t) => {
  for (const line of ['A: bcdefg', 'ABCDEFGH:', 'A:      b', 'A:       ']) {
    t.equal(scanInBytes(`${line}\r\n\r\n`, new FieldSection(9, 10)), line.length + 4, line)
    t.equal(scanInBytes(`${line}\r\n\r\n`, new FieldSection(8, 10)), RULES['field-too-large'], line)
    t.equal(scanInBytes(line, new FieldSection(8, 10)), MORE, 'there could still be a line end')
    t.equal(scanInBytes(`${line}x`, new FieldSection(8, 10)), RULES['field-too-large'], 'told before the line ends')
  }
})

t.test('there may be as many lines as the limit, and no more', async (t) => {
  t.equal(scanInBytes(`${'A: b\r\n'.repeat(3)}\r\n`, new FieldSection(9, 3)), 20)
  t.equal(scanInBytes(`${'A: b\r\n'.repeat(4)}\r\n`, new FieldSection(9, 3)), RULES['too-many-fields'])
})
