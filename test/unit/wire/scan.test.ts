import t from 'tap'
import { FieldSection } from '../../../edge/wire/field-section.ts'
import { RequestLine } from '../../../edge/wire/request-line.ts'
import { lineEnd, MORE, type Scanned } from '../../../edge/wire/scan.ts'
import { StatusLine } from '../../../edge/wire/status-line.ts'
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

t.test('a long part is looked at once, however small the pieces are', async (t) => {
  const long = 'a'.repeat(400)
  const scans: readonly (readonly [string, { scan(bytes: Buffer, base: number, end: number): Scanned }])[] = [
    [`GET ${long} HTTP/1.1\r\n`, new RequestLine(500)],
    [`HTTP/1.1 200 ${long}\r\n`, new StatusLine()],
    [`${long}: b\r\n\r\n`, new FieldSection(500, 9)],
    [`A: ${long}\r\n\r\n`, new FieldSection(500, 9)],
  ]
  for (const [text, part] of scans) {
    let looks = 0
    const bytes = new Proxy(Buffer.from(text), {
      get: (target, at) => {
        if (text[Number(at)] === 'a') looks++
        return target[at as unknown as number]
      },
    })
    for (let end = 1; end < text.length; end++) t.equal(part.scan(bytes, 0, end), MORE)
    t.equal(part.scan(bytes, 0, text.length), text.length)
    t.ok(looks <= 3 * long.length, `${looks} looks at ${long.length} bytes`)
  }
})
