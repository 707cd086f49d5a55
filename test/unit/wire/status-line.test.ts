import t, { type Test } from 'tap'
import { MORE } from '../../../edge/wire/scan.ts'
import { StatusLine } from '../../../edge/wire/status-line.ts'
import { RULES, type RuleName } from '../../../edge/wire/wire-rules.ts'
import { scanLine } from './scan-line.ts'

const found = (t: Test, text: string) => scanLine(t, () => new StatusLine(), text).found

function parts(t: Test, text: string): [version: string, status: number] {
  const { line, found } = scanLine(t, () => new StatusLine(), `${text}Age: 1`)
  t.equal(found, text.length, 'ends behind its line end')
  return [line.version, line.status]
}

t.test('a line is a version, a status and a reason that says nothing', async (t) => {
  t.same(parts(t, 'HTTP/1.1 200 OK\r\n'), ['1.1', 200])
  t.same(parts(t, 'HTTP/1.0 404 Not Found at all\r\n'), ['1.0', 404])
  t.same(parts(t, 'HTTP/1.1 299 \t\x80\xff~ \r\n'), ['1.1', 299])
  t.same(parts(t, 'HTTP/1.1 200 \r\n'), ['1.1', 200])
  t.same(parts(t, 'HTTP/1.1 200\r\n'), ['1.1', 200], 'without the space too')
})

t.test('a status is 100 or more; what the standard does not name is passed on', async (t) => {
  t.same(parts(t, 'HTTP/1.1 100 \r\n')[1], 100)
  t.same(parts(t, 'HTTP/1.1 599 \r\n')[1], 599)
  t.same(parts(t, 'HTTP/1.1 999 \r\n')[1], 999)
  t.equal(found(t, 'HTTP/1.1 099'), 'status')
  t.equal(found(t, 'HTTP/1.1 000'), 'status')
})

t.test('each beginning of a line waits for its rest', async (t) => {
  for (const line of ['HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200\r\n'])
    for (let length = 0; length < line.length; length++) t.equal(found(t, line.slice(0, length)), null, line.slice(0, length))
})

t.test('what is no line is refused by the first octet that is wrong', async (t) => {
  const samples: readonly (readonly [RuleName, string])[] = [
    ['version-syntax', '\r'],
    ['version-syntax', 'I'],
    ['version-syntax', 'HTTP/1 '],
    ['version-unsupported', 'HTTP/2.0'],
    ['status-line', 'HTTP/1.1\t'],
    ['status-line', 'HTTP/1.1\r'],
    ['status-line', 'HTTP/1.1  '],
    ['status-line', 'HTTP/1.1 2x'],
    ['status-line', 'HTTP/1.1 20 '],
    ['status-line', 'HTTP/1.1 20\r'],
    ['status-line', 'HTTP/1.1 -'],
    ['status-line', 'HTTP/1.1 2000'],
    ['status-line', 'HTTP/1.1 200\t'],
    ['reason-octet', 'HTTP/1.1 200 a\0'],
    ['reason-octet', 'HTTP/1.1 200 \x7f'],
    ['reason-octet', 'HTTP/1.1 200 \x0b'],
    ['bare-lf', '\n'],
    ['bare-lf', 'HTTP/1.1\n'],
    ['bare-lf', 'HTTP/1.1 2\n'],
    ['bare-lf', 'HTTP/1.1 200\n'],
    ['bare-lf', 'HTTP/1.1 200 OK\n'],
    ['bare-cr', 'HTTP/1.1 200\rX'],
    ['bare-cr', 'HTTP/1.1 200 OK\r\r'],
  ]
  for (const [rule, text] of samples) {
    t.equal(found(t, text), rule, JSON.stringify(text))
    t.equal(found(t, text.slice(0, -1)), null, `not before: ${JSON.stringify(text)}`)
  }
})

t.test('a line begins where it is told to', async (t) => {
  const bytes = Buffer.from('xxxHTTP/1.0 503 No\r\nAge')
  const line = new StatusLine()
  t.equal(line.scan(bytes, 3, bytes.length), bytes.indexOf('Age'))
  t.same([line.version, line.status], ['1.0', 503])
})

t.test('nothing is looked at behind the room for a head', async (t) => {
  const bytes = Buffer.from('HTTP/1.1 200 OK\r\n')
  for (let end = 0; end < bytes.length; end++) t.equal(new StatusLine().scan(bytes, 0, end), MORE, `${end}`)
})

t.test('nothing of one line is left in the next', async (t) => {
  const line = new StatusLine()
  const first = Buffer.from('HTTP/1.0 200 A long reason\r\n')
  t.equal(line.scan(first, 0, first.length), first.length)
  line.reset()
  const second = Buffer.from('HTTP/1.1 304\r\n')
  t.equal(line.scan(second, 0, second.length), second.length)
  t.same([line.version, line.status], ['1.1', 304])
})

t.test('a full head is too large, in its first line too', async (t) => {
  t.equal(new StatusLine().lineTooLarge, RULES['head-too-large'])
  t.equal(new StatusLine().headTooLarge, RULES['head-too-large'])
})
