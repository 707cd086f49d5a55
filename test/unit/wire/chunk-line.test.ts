import t, { type Test } from 'tap'
import { ChunkLine } from '../../../edge/wire/chunk-line.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import { MAX_CHUNK_LINE_BYTES, MAX_EXTENSION_BYTES } from '../../../edge/wire/wire-limits.ts'
import type { RuleName } from '../../../edge/wire/wire-rules.ts'

/** The size of a chunk whose line the text begins with, the rule that it breaks, or null when it is not over; in bytes the same. */
function read(t: Test, text: string, line = new ChunkLine(), slow = new ChunkLine()): number | string | null {
  const bytes = Buffer.from(text, 'latin1')
  const end = line.scan(bytes, 0)
  let slowEnd: typeof end = 0
  for (let at = 0; at < bytes.length && typeof slowEnd === 'number' && !slow.over; at++) {
    const next = slow.scan(bytes.subarray(at, at + 1), 0)
    slowEnd = typeof next === 'number' ? slowEnd + next : next
  }
  t.same([slowEnd, slow.over, slow.size], [end, line.over, line.size], `in bytes: ${JSON.stringify(text)}`)
  if (end instanceof WireFault) return end.rule
  if (!line.over) return null
  t.equal(bytes[end - 1], 0x0a, 'ends behind its line end')
  return line.size
}

t.test('a size is hexadecimal digits of either case', async (t) => {
  t.equal(read(t, '5\r\nhello'), 5)
  t.equal(read(t, '0\r\n\r\n'), 0)
  t.equal(read(t, 'fF\r\n'), 255)
  t.equal(read(t, '0123\r\n'), 0x123)
  t.equal(read(t, '89abcdef\r\n'), 0x89abcdef)
  t.equal(read(t, '0ABCDE\r\n'), 0xabcde)
})

t.test('a size has 15 digits at most, and is counted exactly', async (t) => {
  t.equal(read(t, '000000000000001\r\n'), 1)
  t.equal(read(t, '0000000000000001'), 'chunk-too-large')
  t.equal(read(t, '1fffffffffffff\r\n'), Number.MAX_SAFE_INTEGER)
  t.equal(read(t, '20000000000000'), 'chunk-too-large')
  t.equal(read(t, 'fffffffffffffff'), 'chunk-too-large')
})

t.test('extensions are read and dropped', async (t) => {
  for (const extensions of [
    ';a',
    ';a=b',
    ';ab=cde',
    ';ab=cde;f',
    ';a=""',
    ';a="b c"',
    ';a=" \\"\t\\\\;\xe4"',
    ';a;b=1;c="d"',
    ";!#$%&'*+-.^_`|~=x",
  ])
    t.equal(read(t, `5${extensions}\r\n`), 5, extensions)
})

t.test('each beginning of a line waits for its rest', async (t) => {
  const line = '1f;a=b;c="\\d e";f\r\n'
  for (let length = 0; length < line.length; length++) t.equal(read(t, line.slice(0, length)), null, line.slice(0, length))
  t.equal(read(t, line), 31)
})

t.test('what is no line is refused by the first octet that is wrong', async (t) => {
  const samples: readonly (readonly [RuleName, string])[] = [
    ['chunk-size', '\r'],
    ['chunk-size', ' '],
    ['chunk-size', ';'],
    ['chunk-size', '-'],
    ['chunk-size', 'g'],
    ['chunk-size', '\0'],
    ['chunk-size', '\xb9'],
    ['chunk-size', '0x'],
    ['chunk-size', '5 '],
    ['chunk-size', '5\t'],
    ['chunk-size', '5,'],
    ['chunk-extension', '5;\r'],
    ['chunk-extension', '5; '],
    ['chunk-extension', '5;='],
    ['chunk-extension', '5;a '],
    ['chunk-extension', '5;a\0'],
    ['chunk-extension', '5;a;;'],
    ['chunk-extension', '5;a=\r'],
    ['chunk-extension', '5;a=;'],
    ['chunk-extension', '5;a=b='],
    ['chunk-extension', '5;a=b"'],
    ['chunk-extension', '5;a="b\r'],
    ['chunk-extension', '5;a="\x7f'],
    ['chunk-extension', '5;a="\\\r'],
    ['chunk-extension', '5;a="b"c'],
    ['chunk-extension', '5;a="b" '],
    ['bare-lf', '\n'],
    ['bare-lf', '5\n'],
    ['bare-lf', '5;\n'],
    ['bare-lf', '5;a\n'],
    ['bare-lf', '5;a=\n'],
    ['bare-lf', '5;a=b\n'],
    ['bare-lf', '5;a="\n'],
    ['bare-lf', '5;a="\\\n'],
    ['bare-lf', '5;a=""\n'],
    ['bare-cr', '5\r0'],
    ['bare-cr', '5\r\r'],
    ['bare-cr', '5;a\r;'],
  ]
  for (const [rule, text] of samples) {
    t.equal(read(t, text), rule, JSON.stringify(text))
    t.equal(read(t, text.slice(0, -1)), null, `not before: ${JSON.stringify(text)}`)
  }
})

t.test('behind the data of a chunk CRLF stands, then the next line', async (t) => {
  const after = (text: string) => {
    const [line, slow] = [new ChunkLine(), new ChunkLine()]
    for (const each of [line, slow]) {
      each.scan(Buffer.from('5;a\r\n'), 0)
      each.next()
    }
    t.notOk(line.over)
    return read(t, text, line, slow)
  }
  t.equal(after('\r\n3\r\nabc'), 3)
  t.equal(after('\r\n0\r\n'), 0)
  t.equal(after('\r\nfffffff\r\n'), 0xfffffff, 'the digits of one line are not those of the next')
  t.equal(after('\r\n'), null)
  t.equal(after('a'), 'chunk-end')
  t.equal(after('\ra'), 'chunk-end')
  t.equal(after('\r\r'), 'chunk-end')
  t.equal(after('\n'), 'bare-lf')
  t.equal(after('\r\n\r'), 'chunk-size')
})

t.test('a line may be as long as its limit, and no longer', async (t) => {
  const lineOf = (bytes: number) => `5;${'a'.repeat(bytes - 4)}\r\n`
  t.equal(read(t, lineOf(MAX_CHUNK_LINE_BYTES)), 5)
  t.equal(read(t, lineOf(MAX_CHUNK_LINE_BYTES + 1)), 'chunk-line-too-long')
  t.equal(read(t, lineOf(MAX_CHUNK_LINE_BYTES + 1).slice(0, -1)), null, 'its last octet is the one too many')
})

t.test('each line has its own limit', async (t) => {
  const [line, slow] = [new ChunkLine(), new ChunkLine()]
  const text = `1;${'a'.repeat(MAX_CHUNK_LINE_BYTES - 4)}\r\n`
  t.equal(read(t, text, line, slow), 1)
  for (const each of [line, slow]) each.next()
  t.equal(read(t, `\r\n${text}`, line, slow), 1, 'the line end behind the data is not counted')
})

t.test('the extensions of all lines together have a limit', async (t) => {
  // From the first semicolon to the last octet before the line end.
  const extension = `;${'a'.repeat(127)}`
  const [line, slow] = [new ChunkLine(), new ChunkLine()]
  for (let bytes = 0; bytes < MAX_EXTENSION_BYTES; bytes += extension.length) {
    t.equal(read(t, `${bytes === 0 ? '' : '\r\n'}1${extension}\r\n`, line, slow), 1)
    for (const each of [line, slow]) each.next()
  }
  t.equal(read(t, '\r\n2\r\n', line, slow), 2, 'a line without them may follow')
  for (const each of [line, slow]) each.next()
  t.equal(read(t, '\r\n3;a\r\n', line, slow), 'extensions-too-large')
})
