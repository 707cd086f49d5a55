import t, { type Test } from 'tap'
import type { ResponseHead } from '../../../edge/wire/message.ts'
import { ResponseParser } from '../../../edge/wire/response-parser.ts'
import { readResponses, WIDE_LIMITS } from '../../support/wire-reading.ts'
import { readAnyCut } from './read-any-cut.ts'

const read = (t: Test, text: string, method = 'GET', limits = WIDE_LIMITS) =>
  readAnyCut(t, text, (bytes, cuts) => readResponses(bytes, method, cuts, limits))

/** The head that a text begins with, or the rule that it breaks. */
function head(t: Test, text: string, method = 'GET'): ResponseHead | string {
  const { messages, rule } = read(t, text, method)
  return rule ?? messages[0]!.head
}

const answer = (status: number, ...lines: string[]) => `HTTP/1.1 ${status} Reason\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`

t.test('a head is read into its parts', async (t) => {
  t.strictSame(head(t, 'HTTP/1.1 200 OK\r\nDate: x\r\ncontent-length:5\r\nKeep-Alive: timeout=7\r\n\r\n'), {
    status: 200,
    version: '1.1',
    raw: ['Date', 'x', 'content-length', '5', 'Keep-Alive', 'timeout=7'],
    framing: { kind: 'length', bytes: 5 },
    persistent: true,
    keepAliveS: 7,
  })
  t.strictSame(head(t, 'HTTP/1.0 404\r\n\r\n'), {
    status: 404,
    version: '1.0',
    raw: [],
    framing: { kind: 'until-close' },
    persistent: false,
    keepAliveS: null,
  })
})

t.test('answers follow each other, each with its own body', async (t) => {
  const text = [
    answer(103, 'Link: </a>'),
    `${answer(200, 'Content-Length: 9')}HTTP/1.1 `,
    `${answer(200, 'Transfer-Encoding: chunked')}9\r\nHTTP/1.1 \r\n0\r\nA: b\r\n\r\n`,
    answer(304, 'Content-Length: 5'),
    `${answer(200)}HTTP/1.1 200 OK\r\n\r\n`,
  ]
  const { messages, rule } = read(t, text.join(''))
  t.equal(rule, null)
  t.same(
    messages.map(({ head: { status }, body, endsAt, atEnd }) => [status, body, endsAt !== null, atEnd]),
    [
      [103, '', true, 'whole'],
      [200, 'HTTP/1.1 ', true, 'whole'],
      [200, 'HTTP/1.1 ', true, 'whole'],
      [304, '', true, 'whole'],
      [200, 'HTTP/1.1 200 OK\r\n\r\n', false, 'whole'],
    ],
  )
})

t.test('an answer to HEAD has no body, whatever it says', async (t) => {
  const { messages } = read(t, answer(200, 'Content-Length: 5') + answer(200, 'Transfer-Encoding: chunked') + answer(200), 'HEAD')
  t.same(
    messages.map(({ head: { framing, persistent } }) => [framing.kind, persistent]),
    Array(3).fill(['none', true]),
  )
})

t.test('a connection is used again when its answer ends and allows it', async (t) => {
  const persistent = (text: string) => {
    const found = head(t, text)
    return typeof found === 'string' ? found : found.persistent
  }
  t.equal(persistent(answer(200, 'Content-Length: 0')), true)
  t.equal(persistent(answer(200, 'Transfer-Encoding: chunked')), true)
  t.equal(persistent(answer(204)), true)
  t.equal(persistent(answer(200, 'Content-Length: 0', 'Connection: close')), false)
  t.equal(persistent(answer(200)), false, 'it ends with its body')
  t.equal(persistent(answer(200, 'Connection: keep-alive')), false)
  t.equal(persistent(answer(101, 'Connection: upgrade', 'Upgrade: websocket')), false, 'it speaks something else')
  t.equal(persistent('HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'), false)
  t.equal(persistent('HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n'), true)
})

t.test('nothing of one head is left in the next', async (t) => {
  const first = 'HTTP/1.0 201\r\nContent-Length: 0\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n'
  const { messages } = read(t, first + answer(200))
  t.strictSame(messages[1]!.head, readResponses(Buffer.from(answer(200)), 'GET').messages[0]!.head)
})

t.test('each limit lets through what has its size, and no more', async (t) => {
  const text = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: b\r\n\r\n'
  const fits = { maxHeadBytes: text.length, maxTargetBytes: 1, maxFieldBytes: 17, maxFields: 2 }
  t.equal(read(t, text + text, 'GET', fits).messages.length, 2)
  t.equal(read(t, text, 'GET', { ...fits, maxHeadBytes: text.length - 1 }).rule, 'head-too-large')
  t.equal(read(t, text, 'GET', { ...fits, maxHeadBytes: 10 }).rule, 'head-too-large', 'in its first line too')
  t.equal(read(t, text, 'GET', { ...fits, maxFieldBytes: 16 }).rule, 'field-too-large')
  t.equal(read(t, text, 'GET', { ...fits, maxFields: 1 }).rule, 'too-many-fields')
})

t.test('a head has begun with its first byte, and what was taken ends with it', async (t) => {
  const parser = new ResponseParser(WIDE_LIMITS)
  const chunk = Buffer.from(`xx${answer(200)}body`)
  t.notOk(parser.begun)
  t.equal(parser.read(chunk.subarray(0, 3), 2, 'GET'), null)
  t.ok(parser.begun)
  t.equal(parser.taken, 3)
  t.ok(parser.read(chunk, 3, 'GET'))
  t.notOk(parser.begun)
  t.equal(parser.taken, chunk.length - 4)
})
