import t, { type Test } from 'tap'
import { TrailerReader } from '../../../edge/wire/trailer-reader.ts'
import { WireFault } from '../../../edge/wire/wire-fault.ts'
import { MAX_TRAILER_BYTES } from '../../../edge/wire/wire-limits.ts'
import type { RuleName } from '../../../edge/wire/wire-rules.ts'

/** Reads a section that begins at the first byte. Gives how many bytes it took, the rule that is broken, or null when it is not over. */
function scan(text: string, cut: (length: number) => readonly number[]): number | string | null {
  const bytes = Buffer.from(text, 'latin1')
  const reader = new TrailerReader()
  let from = 0
  for (const to of [...cut(bytes.length), bytes.length]) {
    const taken = reader.scan(bytes.subarray(from, to), 0)
    if (taken instanceof WireFault) return taken.rule
    if (reader.over) return from + taken
    if (taken !== to - from) return `took ${taken} of ${to - from}, and wants more`
    from = to
  }
  return null
}

function read(t: Test, text: string): number | string | null {
  const whole = scan(text, () => [])
  t.equal(
    scan(text, (length) => Array.from({ length: length - 1 }, (_, i) => i + 1)),
    whole,
    `in bytes: ${JSON.stringify(text.slice(0, 50))}`,
  )
  for (let at = 1; at < Math.min(text.length, 100); at++) {
    const cut = scan(text, () => [at])
    if (cut !== whole) t.equal(cut, whole, `cut at ${at}: ${JSON.stringify(text.slice(0, 100))}`)
  }
  return whole
}

t.test('an empty line ends a section, with fields before it or not', async (t) => {
  t.equal(read(t, '\r\n'), 2)
  t.equal(read(t, '\r\nGET / HTTP/1.1\r\n'), 2)
  t.equal(read(t, 'A: b\r\nC: d\r\n\r\n'), 14)
  t.equal(read(t, 'A: b\r\n\r\nGET / HTTP/1.1\r\n'), 8)
})

t.test('a section begins where it is told to', async (t) => {
  for (const text of ['0\r\n\r\nGET /', '0\r\nA: b\r\n\r\nGET /']) {
    const reader = new TrailerReader()
    t.equal(reader.scan(Buffer.from(text), 3), text.indexOf('GET'))
    t.ok(reader.over)
  }
})

t.test('each beginning of a section waits for its rest', async (t) => {
  const text = 'A: b\r\nC: d\r\n\r\n'
  for (let length = 1; length < text.length; length++) t.equal(read(t, text.slice(0, length)), null, text.slice(0, length))
})

t.test('fields are read as strictly as in a head', async (t) => {
  const samples: readonly (readonly [RuleName, string])[] = [
    ['bare-lf', '\n'],
    ['bare-lf', 'A: b\n'],
    ['bare-lf', 'A\n\r\n'],
    ['bare-cr', '\rA'],
    ['bare-cr', '\rA\n'],
    ['leading-space', ' A: b\r\n\r\n'],
    ['obs-fold', 'A: b\r\n c\r\n\r\n'],
    ['empty-name', ': b\r\n\r\n'],
    ['space-before-colon', 'A : b\r\n\r\n'],
    ['name-octet', 'A/: b\r\n\r\n'],
    ['no-colon', 'GET\r\n\r\n'],
    ['value-octet', 'A: \0\r\n\r\n'],
    ['framing-in-trailers', 'Content-Length: 5\r\n\r\n'],
    ['framing-in-trailers', 'A: b\r\ntransfer-ENCODING: chunked\r\nC: d\r\n\r\n'],
    ['framing-in-trailers', 'Host: other\r\n\r\n'],
  ]
  for (const [rule, text] of samples) t.equal(read(t, text), rule, JSON.stringify(text))
})

t.test('fields that may stand there have no meaning', async (t) => {
  t.equal(read(t, 'Connection: close\r\n\r\n'), 21)
  t.equal(read(t, 'Expect: 100-continue\r\nX: \tContent-Length: 5\r\n\r\n'), 47)
})

t.test('a section may have as many bytes as its limit, in one line or in many, and no more', async (t) => {
  const oneLine = (bytes: number) => `A: ${'b'.repeat(bytes - 7)}\r\n\r\n`
  t.equal(read(t, oneLine(MAX_TRAILER_BYTES)), MAX_TRAILER_BYTES)
  t.equal(read(t, oneLine(MAX_TRAILER_BYTES + 1)), 'trailers-too-large')
  const lines = (bytes: number) => 'a:\r\n'.repeat(bytes / 4)
  t.equal(read(t, `${lines(MAX_TRAILER_BYTES - 4)}b\r\n`), 'no-colon', 'in the last bytes too')
  t.equal(read(t, `${lines(MAX_TRAILER_BYTES - 4)}\r\n`), MAX_TRAILER_BYTES - 2)
  t.equal(read(t, lines(MAX_TRAILER_BYTES - 4)), null)
  t.equal(read(t, lines(MAX_TRAILER_BYTES)), 'trailers-too-large')
})
