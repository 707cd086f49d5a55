import t, { type Test } from 'tap'
import { FieldSection } from '../../../edge/wire/field-section.ts'
import { HeadReader } from '../../../edge/wire/head-reader.ts'
import { RequestLine } from '../../../edge/wire/request-line.ts'
import type { StartLine } from '../../../edge/wire/scan.ts'
import { StatusLine } from '../../../edge/wire/status-line.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import { RULES } from '../../../edge/wire/wire-rules.ts'
import { everywhere } from '../../support/wire-reading.ts'

const HEAD = 'GET /a HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n'

const readerOf = (maxHeadBytes = 1_000, line: StartLine = new RequestLine(500)) =>
  new HeadReader(line, new FieldSection(500, 10), maxHeadBytes)

/** All heads in some bytes, and the rule that ends them, or how many bytes of another head are held. */
function readAll(text: string, cuts: readonly number[], reader: HeadReader): readonly (string | number)[] {
  const bytes = Buffer.from(text, 'latin1')
  const found: (string | number)[] = []
  let from = 0
  for (const to of [...cuts, bytes.length]) {
    const chunk = bytes.subarray(from, to)
    from = to
    for (let at = 0; at < chunk.length; at = reader.taken) {
      const head = reader.read(chunk, at)
      if (head instanceof WireFault) return [...found, head.rule]
      if (head !== null) found.push(head)
    }
  }
  return [...found, reader.heldBytes]
}

/** The same, and checked to be the same however the bytes are cut. */
function readAnyCut(t: Test, text: string, make: () => HeadReader): readonly (string | number)[] {
  const whole = readAll(text, [], make())
  t.same(readAll(text, everywhere(text.length), make()), whole, 'in bytes')
  for (let at = 1; at < text.length; at++) {
    const cut = readAll(text, [at], make())
    if (JSON.stringify(cut) !== JSON.stringify(whole)) t.same(cut, whole, `cut at ${at}`)
  }
  return whole
}

t.test('heads are found one behind the other, however they are cut', async (t) => {
  const other = 'PUT /b HTTP/1.0\r\n\r\n'
  t.same(
    readAnyCut(t, HEAD, () => readerOf()),
    [HEAD, 0],
  )
  t.same(
    readAnyCut(t, HEAD + other + HEAD, () => readerOf()),
    [HEAD, other, HEAD, 0],
  )
  t.same(
    readAnyCut(t, `${HEAD + other}GET /`, () => readerOf()),
    [HEAD, other, 5],
  )
  t.same(
    readAnyCut(t, `\r\n${HEAD}\r\n${other}`, () => readerOf()),
    [`\r\n${HEAD}`, `\r\n${other}`, 0],
    'what is skipped belongs to the text',
  )
  t.same(
    readAnyCut(t, `${HEAD}GET\n`, () => readerOf()),
    [HEAD, 'bare-lf'],
  )
})

t.test('what was taken ends with the head', async (t) => {
  const reader = readerOf()
  const chunk = Buffer.from(`body${HEAD}body`)
  t.equal(reader.read(chunk, 4), HEAD)
  t.equal(reader.taken, 4 + HEAD.length)
  t.equal(reader.read(chunk.subarray(0, 14), 4), null)
  t.equal(reader.taken, 14, 'everything, when it is not over')
  t.equal(reader.heldBytes, 10)
  t.equal(reader.read(chunk, 14), HEAD)
  t.equal(reader.taken, 4 + HEAD.length)
  t.equal(reader.heldBytes, 0)
})

t.test('a first line that is over is not scanned again, however small the pieces are', async (t) => {
  let scans = 0
  const line: StartLine = {
    lineTooLarge: RULES['head-too-large'],
    headTooLarge: RULES['head-too-large'],
    reset() {},
    scan(_bytes, base) {
      scans++
      return base
    },
  }
  const text = 'A: b\r\nC: d\r\n\r\n'
  t.same(readAll(text, everywhere(text.length), readerOf(100, line)), [text, 0])
  t.equal(scans, 1)
})

t.test('octets are kept as they are', async (t) => {
  const head = 'GET / HTTP/1.1\r\nA: \x80\xe4\xff\t!\r\n\r\n'
  t.same(
    readAnyCut(t, head, () => readerOf()),
    [head, 0],
  )
})

t.test('what is held is a copy of its own', async (t) => {
  const reader = readerOf()
  const chunk = Buffer.from(HEAD.slice(0, 20))
  reader.read(chunk, 0)
  chunk.fill('x')
  t.equal(reader.read(Buffer.from(HEAD.slice(20)), 0), HEAD)
})

t.test('a long head is held whole while it grows', async (t) => {
  const head = `GET / HTTP/1.1\r\n${`A: ${'b'.repeat(400)}\r\n`.repeat(9)}\r\n`
  t.same(
    readAnyCut(t, head + HEAD, () => readerOf(head.length)),
    [head, HEAD, 0],
  )
})

t.test('a head may be as long as its limit, and no longer', async (t) => {
  t.same(
    readAnyCut(t, HEAD, () => readerOf(HEAD.length)),
    [HEAD, 0],
  )
  t.same(
    readAnyCut(t, HEAD + HEAD, () => readerOf(HEAD.length)),
    [HEAD, HEAD, 0],
  )
  for (let max = 1; max < HEAD.length; max++) {
    const rule = max < HEAD.indexOf('Host') ? 'target-too-long' : 'head-too-large'
    t.same(
      readAnyCut(t, HEAD, () => readerOf(max)),
      [rule],
      `${max}`,
    )
  }
  const answer = 'HTTP/1.1 200 OK\r\nA: b\r\n\r\n'
  for (const max of [5, 17, answer.length - 1])
    t.same(
      readAnyCut(t, answer, () => readerOf(max, new StatusLine())),
      ['head-too-large'],
    )
})

t.test('a head that fills its room is told at once, whatever else has come', async (t) => {
  const reader = readerOf(20)
  t.equal(reader.read(Buffer.from('GET / HTTP/1.1\r\n'), 0), null)
  t.equal(reader.read(Buffer.from('A: b'), 0), RULES['head-too-large'])
  const roomy = readerOf(21)
  t.equal(roomy.read(Buffer.from('GET / HTTP/1.1\r\nA: b'), 0), null, 'a byte of room is left')
  t.equal(roomy.heldBytes, 20)
})

t.test('what is wrong before the limit counts, not the limit', async (t) => {
  t.same(
    readAnyCut(t, 'GET / HTTP/1.1\r\n A: b\r\n\r\n', () => readerOf(17)),
    ['leading-space'],
  )
  t.same(
    readAnyCut(t, 'GET / HTTP/1.1\r\nA: b\0\r\n\r\n', () => readerOf(20)),
    ['head-too-large'],
  )
})
