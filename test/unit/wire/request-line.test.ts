import t, { type Test } from 'tap'
import { RequestLine } from '../../../edge/wire/request-line.ts'
import { MORE } from '../../../edge/wire/scan.ts'
import { RULES, type RuleName } from '../../../edge/wire/wire-rules.ts'
import { scanLine } from './scan-line.ts'

const MAX_TARGET_BYTES = 20

const found = (t: Test, text: string) => scanLine(t, () => new RequestLine(MAX_TARGET_BYTES), text).found

function parts(t: Test, text: string): string[] {
  const { line, found } = scanLine(t, () => new RequestLine(MAX_TARGET_BYTES), `${text}Host: a`)
  t.equal(found, text.length, 'ends behind its line end')
  return [text.slice(line.methodAt, line.methodEnd), text.slice(line.methodEnd + 1, line.targetEnd), line.version]
}

t.test('a line is a method, a target and a version', async (t) => {
  t.same(parts(t, 'GET / HTTP/1.1\r\n'), ['GET', '/', '1.1'])
  t.same(parts(t, 'm-search /a?b=c HTTP/1.0\r\n'), ['m-search', '/a?b=c', '1.0'])
  t.same(parts(t, "!#$%&'*+-.^_`|~09 ! HTTP/1.1\r\n"), ["!#$%&'*+-.^_`|~09", '!', '1.1'], 'any token, any visible ASCII')
  t.same(parts(t, 'GET "<>\\^`{|}#~ HTTP/1.1\r\n'), ['GET', '"<>\\^`{|}#~', '1.1'], 'the form of a target is not read here')
})

t.test('one empty line before it is skipped, two are refused', async (t) => {
  t.same(parts(t, '\r\nGET / HTTP/1.1\r\n'), ['GET', '/', '1.1'])
  t.equal(found(t, '\r\n\r\nGET / HTTP/1.1\r\n'), 'empty-line')
  t.equal(found(t, '\r\n\nGET / HTTP/1.1\r\n'), 'bare-lf')
  t.equal(found(t, '\r\n\rGET / HTTP/1.1\r\n'), 'bare-cr')
})

t.test('each beginning of a line waits for its rest', async (t) => {
  const line = '\r\nGET /a HTTP/1.1\r\n'
  for (let length = 0; length < line.length; length++) t.equal(found(t, line.slice(0, length)), null, line.slice(0, length))
})

t.test('what is no line is refused by the first octet that is wrong', async (t) => {
  const samples: readonly (readonly [RuleName, string])[] = [
    ['method', ' '],
    ['method', '\t'],
    ['method', 'G\0'],
    ['method', 'GE:'],
    ['method', 'GET\t'],
    ['method', 'G\x80'],
    ['request-line', 'GET\r\n'],
    ['request-line', '\r\nGET\r\n'],
    ['request-line', 'GET  '],
    ['request-line', 'GET \r\n'],
    ['request-line', 'GET /  '],
    ['request-line', 'GET / x'],
    ['request-line', 'GET / \r'],
    ['request-line', 'GET / HTTP/1.1 '],
    ['request-line', 'GET / HTTP/1.10'],
    ['target-octet', 'GET /\t'],
    ['target-octet', 'GET /\0'],
    ['target-octet', 'GET /\x7f'],
    ['target-octet', 'GET /\x80'],
    ['no-version', 'GET /\r\n'],
    ['version-syntax', 'GET / h'],
    ['version-syntax', 'GET / HTTP/1,'],
    ['version-unsupported', 'GET / HTTP/2.0'],
    ['bare-lf', '\n'],
    ['bare-lf', 'GET\n'],
    ['bare-lf', 'GET \n'],
    ['bare-lf', 'GET /\n'],
    ['bare-lf', 'GET / \n'],
    ['bare-lf', 'GET / HTTP/1.1\n'],
    ['bare-cr', '\rG'],
    ['bare-cr', 'GET\r '],
    ['bare-cr', 'GET /\r '],
    ['bare-cr', 'GET / HTTP/1.1\rX'],
  ]
  for (const [rule, text] of samples) {
    t.equal(found(t, text), rule, JSON.stringify(text))
    t.equal(found(t, text.slice(0, -1)), null, `not before: ${JSON.stringify(text)}`)
  }
})

t.test('a method has 32 octets at most', async (t) => {
  t.same(parts(t, `${'A'.repeat(32)} / HTTP/1.1\r\n`)[0], 'A'.repeat(32))
  t.same(parts(t, `\r\n${'A'.repeat(32)} / HTTP/1.1\r\n`)[0], 'A'.repeat(32))
  t.equal(found(t, 'A'.repeat(32)), null)
  t.equal(found(t, 'A'.repeat(33)), 'method')
  t.equal(found(t, `\r\n${'A'.repeat(33)}`), 'method')
})

t.test('a target may be as long as its limit, and no longer', async (t) => {
  const longest = 'a'.repeat(MAX_TARGET_BYTES)
  t.equal(parts(t, `GET ${longest} HTTP/1.1\r\n`)[1], longest)
  t.equal(found(t, `GET ${longest}`), null)
  t.equal(found(t, `GET ${longest}\r\n`), 'no-version')
  t.equal(found(t, `GET ${longest}a`), 'target-too-long', 'told before the line ends')
  t.equal(found(t, `\r\nGET ${longest}a HTTP/1.1\r\n`), 'target-too-long')
})

t.test('a line begins where it is told to, and its places count from there', async (t) => {
  const bytes = Buffer.from('xxxGET /a HTTP/1.0\r\nHost')
  const line = new RequestLine(MAX_TARGET_BYTES)
  t.equal(line.scan(bytes, 3, bytes.length), bytes.indexOf('Host'))
  t.same([line.methodAt, line.methodEnd, line.targetEnd, line.version], [0, 3, 6, '1.0'])
})

t.test('nothing is looked at behind the room for a head', async (t) => {
  const bytes = Buffer.from('GET /a HTTP/1.1\r\n')
  for (let end = 0; end < bytes.length; end++) t.equal(new RequestLine(MAX_TARGET_BYTES).scan(bytes, 0, end), MORE, `${end}`)
})

t.test('nothing of one line is left in the next', async (t) => {
  const line = new RequestLine(MAX_TARGET_BYTES)
  const first = Buffer.from('\r\nOPTIONS * HTTP/1.0\r\n')
  t.equal(line.scan(first, 0, first.length), first.length)
  line.reset()
  t.equal(line.methodAt, 0)
  const second = Buffer.from('GET /b HTTP/1.1\r\n')
  t.equal(line.scan(second, 0, second.length), second.length)
  t.same([line.methodAt, line.methodEnd, line.targetEnd, line.version], [0, 3, 6, '1.1'])
  line.reset()
  t.equal(line.scan(Buffer.from('GET /b\n'), 0, 7), RULES['bare-lf'])
})

t.test('a full head that is still in its first line has a target too long', async (t) => {
  const line = new RequestLine(MAX_TARGET_BYTES)
  t.equal(line.lineTooLarge, RULES['target-too-long'])
  t.equal(line.headTooLarge, RULES['head-too-large'])
})
