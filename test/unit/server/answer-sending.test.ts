import t from 'tap'
import { type Body, type BodySink, bytesBody } from '../../../edge/http/body.ts'
import { AnswerSending, type SendingLine, type SentFraming } from '../../../edge/server/answer-sending.ts'

/** A connection that keeps what is written; `takes` says how much before its client is behind. */
class RecordingLine implements SendingLine {
  readonly said: string[] = []
  takes = 1_000

  write(head: string, bytes: Uint8Array, tail: string): boolean {
    this.said.push(head + Buffer.from(bytes).toString('latin1') + tail)
    this.takes -= 1
    return this.takes >= 0
  }

  whole(): void {
    this.said.push('whole')
  }

  cut(): void {
    this.said.push('cut')
  }
}

/** A body that says something on opening and leaves the rest to the test. */
function spoken(early: (sink: BodySink) => void = () => {}) {
  const asked: string[] = []
  let sink: BodySink | null = null
  const body: Body = {
    lengthBytes: null,
    open(opened) {
      sink = opened
      early(opened)
      return { pause: () => asked.push('pause'), resume: () => asked.push('resume'), cancel: () => asked.push('cancel') }
    },
  }
  return { body, asked, sink: () => sink as unknown as BodySink }
}

const bytes = (text: string) => Buffer.from(text)
const sendingOn = (line: SendingLine, framing: SentFraming, lengthBytes: number | null = null) =>
  new AnswerSending(line, 'head ', framing, lengthBytes)

t.test('what is at hand leaves in one write, whatever its framing, and nobody waits for a promise', async (t) => {
  for (const [framing, lengthBytes, expected] of [
    ['length', 4, 'head body'],
    ['chunked', null, 'head 4\r\nbody\r\n0\r\n\r\n'],
    ['until-close', null, 'head body'],
  ] as const) {
    const line = new RecordingLine()
    t.same(sendingOn(line, framing, lengthBytes).run(bytesBody(bytes('body'))), { outcome: 'whole', bytes: 4 })
    t.same(line.said, [expected, 'whole'])
  }
})

t.test('one without bytes is its head, and the last chunk if there are chunks', async (t) => {
  for (const [framing, expected] of [
    ['length', ['head ', 'whole']],
    ['chunked', ['head 0\r\n\r\n', 'whole']],
  ] as const) {
    const line = new RecordingLine()
    t.same(sendingOn(line, framing, framing === 'length' ? 0 : null).run(bytesBody(bytes(''))), { outcome: 'whole', bytes: 0 })
    t.same(line.said, expected)
  }
})

t.test('an empty piece is no last chunk', async (t) => {
  const line = new RecordingLine()
  const { body, sink } = spoken((sink) => void sink.write(bytes('')))
  const sending = sendingOn(line, 'chunked').run(body)
  sink().write(bytes(''))
  sink().write(bytes('a'))
  sink().end()
  t.match(await sending, { outcome: 'whole', bytes: 1 })
  t.equal(line.said.join(''), 'head 1\r\na\r\n0\r\n\r\nwhole')
})

t.test('the head does not wait for a body that is slow to begin', async (t) => {
  const line = new RecordingLine()
  const { body, sink } = spoken()
  const sending = sendingOn(line, 'chunked').run(body)
  t.same(line.said, ['head '])
  sink().write(bytes('ab'))
  sink().end()
  t.same(line.said, ['head ', '2\r\nab\r\n', '0\r\n\r\n', 'whole'])
  t.match(await sending, { outcome: 'whole', bytes: 2 })
})

t.test('a client that is behind holds the body back until it has taken all', async (t) => {
  const line = new RecordingLine()
  line.takes = 1
  const { body, asked, sink } = spoken()
  const sending = sendingOn(line, 'until-close')
  void sending.run(body)
  t.equal(sink().write(bytes('ab')), false)
  t.same(asked, [], 'who writes is told by what write gives')
  sending.drained()
  t.same(asked, ['resume'])
})

t.test('so does one that is behind with the first piece, which came while the body was opened', async (t) => {
  const line = new RecordingLine()
  line.takes = 0
  const { body, asked } = spoken((sink) => void sink.write(bytes('ab')))
  void sendingOn(line, 'until-close').run(body)
  t.same(asked, ['pause'])
})

t.test('one that breaks off is cut behind what came of it, and its source is let go of', async (t) => {
  const fault = new Error('origin cut')
  const line = new RecordingLine()
  const { body, sink } = spoken((sink) => void sink.write(bytes('ab')))
  const sending = sendingOn(line, 'chunked').run(body)
  sink().fail(fault)
  sink().end()
  t.equal(sink().write(bytes('late')), false)
  t.same(line.said, ['head 2\r\nab\r\n', 'cut'])
  t.match(await sending, { outcome: 'cut', bytes: 2, fault })
})

t.test('one that is longer or shorter than it said is cut, at its length at most', async (t) => {
  const long = new RecordingLine()
  const late = spoken((sink) => void sink.write(bytes('abc')))
  const sending = sendingOn(long, 'length', 4).run(late.body)
  late.sink().write(bytes('de'))
  t.same(long.said, ['head abc', 'cut'])
  t.same(late.asked, ['cancel'])
  t.match(await sending, { outcome: 'cut', bytes: 3, fault: RangeError })
  const early = spoken((sink) => void sink.write(bytes('abcde')))
  t.match(sendingOn(new RecordingLine(), 'length', 4).run(early.body), { outcome: 'cut', bytes: 0 })
  t.same(early.asked, ['cancel'], 'also when it is seen before there is a flow to cancel')
  const short = new RecordingLine()
  t.match(sendingOn(short, 'length', 5).run(bytesBody(bytes('abcd'))), { outcome: 'cut', bytes: 4, fault: RangeError })
  t.same(short.said, ['head abcd', 'cut'])
})

t.test('a client that is gone is told of once, and nothing is sent to it', async (t) => {
  const line = new RecordingLine()
  const { body, asked, sink } = spoken()
  const sending = sendingOn(line, 'chunked')
  const sent = sending.run(body)
  sink().write(bytes('ab'))
  sending.gone()
  sending.gone()
  t.equal(sink().write(bytes('cd')), false)
  sink().fail(new Error('late'))
  t.match(await sent, { outcome: 'client-gone', bytes: 2 })
  t.same(asked, ['cancel'])
  t.same(line.said, ['head ', '2\r\nab\r\n'])
})
