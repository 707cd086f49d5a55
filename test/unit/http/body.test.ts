import t from 'tap'
import { type Body, type BodyFlow, type BodySink, bytesBody, discard, drain, textBody, watchedBody } from '../../../edge/http/body.ts'

/** A sink that writes down what it hears. */
function recorder(wantsMore = true) {
  const heard: string[] = []
  const sink: BodySink = {
    write(chunk) {
      heard.push(Buffer.from(chunk).toString())
      return wantsMore
    },
    end: () => heard.push('end'),
    fail: (fault) => heard.push(`fail ${String(fault)}`),
  }
  return { heard, sink }
}

/** A body under the hand of the test. */
function scripted() {
  const asked: string[] = []
  let sink: BodySink | null = null
  const flow: BodyFlow = { pause: () => asked.push('pause'), resume: () => asked.push('resume'), cancel: () => asked.push('cancel') }
  const body: Body = {
    lengthBytes: 7,
    open(opened) {
      sink = opened
      return flow
    },
  }
  return { body, asked, sink: () => sink! }
}

function watched(body: Body) {
  const seen: string[] = []
  const same = watchedBody(body, {
    chunk: (bytes) => seen.push(`chunk ${bytes.length}`),
    end: () => seen.push('end'),
    cut: () => seen.push('cut'),
  })
  return { same, seen }
}

t.test('bytes at hand come as one chunk and an end, as often as they are opened', async (t) => {
  const body = bytesBody(Buffer.from('page'))
  t.equal(body.lengthBytes, 4)
  for (const _ of [1, 2]) {
    const { heard, sink } = recorder()
    const flow = body.open(sink)
    flow.pause()
    flow.resume()
    flow.cancel()
    t.same(heard, ['page', 'end'])
  }
})

t.test('no bytes are an end without a chunk', async (t) => {
  const { heard, sink } = recorder()
  bytesBody(new Uint8Array()).open(sink)
  t.same(heard, ['end'])
})

t.test('a discarded body is opened and cancelled, none is none', async (t) => {
  const { body, asked } = scripted()
  discard(body)
  t.same(asked, ['cancel'])
  t.doesNotThrow(() => discard(null))
})

t.test('a drained body is read to its end with nobody holding it back', async (t) => {
  const { body, sink, asked } = scripted()
  drain(body)
  t.equal(sink().write(Buffer.from('x')), true)
  sink().end()
  t.same(asked, [])
})

t.test('a watched body passes on every chunk, the wish to wait and the end', async (t) => {
  const { body, sink, asked } = scripted()
  const { same, seen } = watched(body)
  t.equal(same.lengthBytes, 7)
  const { heard, sink: reader } = recorder(false)
  const flow = same.open(reader)
  t.equal(sink().write(Buffer.from('abc')), false)
  flow.pause()
  flow.resume()
  sink().end()
  t.same(seen, ['chunk 3', 'end'])
  t.same(heard, ['abc', 'end'])
  t.same(asked, ['pause', 'resume'])
})

t.test('a watched body that breaks off is cut for its watcher and a fault for its reader', async (t) => {
  const { body, sink } = scripted()
  const { same, seen } = watched(body)
  const { heard, sink: reader } = recorder()
  same.open(reader)
  sink().fail('reset')
  t.same(seen, ['cut'])
  t.same(heard, ['fail reset'])
})

t.test('a reader who leaves cuts a watched body once, and one who leaves after the end does not', async (t) => {
  const left = scripted()
  const early = watched(left.body)
  const flow = early.same.open(recorder().sink)
  flow.cancel()
  flow.cancel()
  t.same(early.seen, ['cut'])
  const whole = scripted()
  const late = watched(whole.body)
  const lateFlow = late.same.open(recorder().sink)
  whole.sink().end()
  lateFlow.cancel()
  t.same(late.seen, ['end'])
})

t.test('a body may be made of a text, and has bytes of its own when they are asked for', async (t) => {
  const body = textBody('page\xff')
  t.equal(body.lengthBytes, 5)
  body.forgetText()
  t.equal(body.text, 'page\xff', 'it is all there is of it')
  t.same([...body.bytes], [0x70, 0x61, 0x67, 0x65, 0xff])
  t.equal(body.bytes.buffer.byteLength, 5)
  t.equal(body.bytes, body.bytes)
  body.forgetText()
  t.equal(body.text, 'page\xff')
})
