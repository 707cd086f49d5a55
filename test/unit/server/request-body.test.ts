import t from 'tap'
import { type BodyFraming, type BodySource, RequestBody } from '../../../edge/server/request-body.ts'
import type { WireFault } from '../../../edge/wire/wire-fault.ts'

const TERMS = { bodyTimeoutMs: 1_000, minBodyBytesPerSecond: 100, requestTimeoutMs: 1_000_000 }
const CHUNKED: BodyFraming = { kind: 'chunked' }
const length = (bytes: number): BodyFraming => ({ kind: 'length', bytes })
const bytes = (text: string) => Buffer.from(text, 'latin1')

/** A body, what its connection heard, and what its reader did. */
function made(framing: BodyFraming, takes: (text: string) => boolean = () => true) {
  const asked: string[] = []
  const heard: string[] = []
  const source: BodySource = {
    flow: () => void asked.push('flow'),
    halt: () => void asked.push('halt'),
    broken: ({ rule }: WireFault) => void asked.push(rule),
  }
  const body = new RequestBody(framing, source)
  const open = () =>
    body.open({
      write(chunk) {
        const text = Buffer.from(chunk).toString('latin1')
        heard.push(text)
        return takes(text)
      },
      end: () => heard.push('.'),
      fail: (fault) => heard.push(`! ${(fault as { code: string }).code}`),
    })
  return { body, asked, heard, open }
}

t.test('its bytes come once it is opened, and its end with the last of them', async (t) => {
  const { body, asked, heard, open } = made(length(6))
  t.equal(body.lengthBytes, 6)
  t.equal(body.flowing, false)
  open()
  t.equal(body.flowing, true)
  t.same(asked, ['flow'])
  t.equal(body.take(bytes('xxabcd'), 2), 6)
  t.equal(body.whole, false)
  t.equal(body.take(bytes('efGET /'), 0), 2, 'what is behind it is not its own')
  t.equal(body.whole, true)
  t.equal(body.flowing, false)
  t.same(heard, ['abcd', 'ef', '.'])
  t.same(asked, ['flow'])
})

t.test('chunks are taken apart', async (t) => {
  const { body, heard, open } = made(CHUNKED)
  t.equal(body.lengthBytes, null)
  open()
  t.equal(body.take(bytes('2\r\nab\r\n2\r\ncd\r\n0\r\n\r\nGET /'), 0), 19)
  t.same(heard, ['abcd', '.'])
})

t.test('a reader that has enough stops the connection, and only as long', async (t) => {
  const { body, asked, heard, open } = made(length(6), (text) => text !== 'ab')
  const flow = open()
  body.take(bytes('ab'), 0)
  t.equal(body.flowing, false)
  t.same(asked, ['flow', 'halt'])
  flow.pause()
  flow.resume()
  flow.resume()
  t.same(asked, ['flow', 'halt', 'flow'])
  flow.pause()
  t.same(asked, ['flow', 'halt', 'flow', 'halt'])
  flow.resume()
  body.take(bytes('cdef'), 0)
  t.same(heard, ['ab', 'cdef', '.'])
})

t.test('behind the last piece nothing is held back: the connection is read on', async (t) => {
  for (const [framing, text] of [
    [length(2), 'ab'],
    [CHUNKED, '2\r\nab\r\n0\r\n\r\n'],
  ] as const) {
    const { body, asked, heard, open } = made(framing, () => false)
    const flow = open()
    body.take(bytes(text), 0)
    t.same(heard, ['ab', '.'])
    flow.resume()
    flow.pause()
    flow.cancel()
    t.same(asked, ['flow'])
  }
})

t.test('a broken one is a fault of the connection before its reader hears of it', async (t) => {
  const { body, asked, heard, open } = made(CHUNKED)
  open()
  const seen: string[][] = []
  const chunk = bytes('2\r\nab\r\nzz\r\n')
  t.equal(body.take(chunk, 0), chunk.byteLength, 'nothing behind it is anything')
  seen.push(asked, heard)
  t.same(seen, [
    ['flow', 'chunk-size'],
    ['ab', '! BAD_MESSAGE'],
  ])
  t.equal(body.whole, false)
})

t.test('one that is cancelled hears nothing more, in the middle of a piece either', async (t) => {
  const { body, asked, heard, open } = made(length(6), () => {
    body.cancel()
    return false
  })
  open()
  body.take(bytes('abcd'), 0)
  body.take(bytes('ef'), 0)
  body.leave()
  t.same(heard, ['abcd'])
  t.same(asked, ['flow', 'halt'])
})

t.test('it fails once, and whoever opens it then hears so', async (t) => {
  const { body, asked, heard, open } = made(length(6))
  open()
  body.leave()
  body.leave()
  t.same(heard, ['! CLIENT_GONE'])
  const flow = open()
  t.same(heard, ['! CLIENT_GONE', '! CLIENT_GONE'])
  flow.pause()
  flow.resume()
  flow.cancel()
  t.same(asked, ['flow'], 'the connection is another’s by now')
})

t.test('its exchange may end within the call that brings the last piece', async (t) => {
  const { body, heard, open } = made(length(2), () => {
    body.leave()
    return true
  })
  open()
  body.take(bytes('ab'), 0)
  t.same(heard, ['ab', '.'])
})

t.test('what is here of one that nobody opened can be thrown away; one that is being read is let alone', async (t) => {
  const all = made(length(4))
  t.equal(all.body.drop(bytes('xabcdGET'), 1), 5)
  t.equal(all.body.whole, true)
  all.open()
  t.same(all.heard, ['! CLIENT_GONE'])
  const part = made(CHUNKED)
  t.equal(part.body.drop(bytes('4\r\nab'), 0), 5)
  t.equal(part.body.whole, false)
  const broken = made(CHUNKED)
  t.equal(broken.body.drop(bytes('zz\r\n'), 0), 4)
  t.equal(broken.body.whole, false)
  const read = made(length(4), () => {
    t.equal(read.body.drop(bytes('abcd'), 0), 0)
    return true
  })
  read.open()
  read.body.take(bytes('ab'), 0)
  t.equal(read.body.whole, false, 'no byte of it counts twice')
  read.body.take(bytes('cd'), 0)
  t.same(read.heard, ['ab', 'cd', '.'])
})

t.test('only while its client is waited for can it be late, and never too early', async (t) => {
  const { body, open } = made(length(1_000))
  t.equal(body.lateness(0, TERMS), null)
  t.equal(body.lateness(100_000, TERMS), null, 'nobody has opened it')
  const flow = open()
  t.equal(body.lateness(100_900, TERMS), null)
  body.take(bytes('x'.repeat(500)), 0)
  t.equal(body.lateness(101_150, TERMS), null)
  t.equal(body.lateness(102_150, TERMS), null, 'a second since the look behind its last bytes')
  flow.pause()
  t.equal(body.lateness(110_000, TERMS), null)
  flow.resume()
  t.equal(body.lateness(111_000, TERMS), null)
  t.match(body.lateness(111_001, TERMS), { code: 'REQUEST_TIMEOUT' })
})
