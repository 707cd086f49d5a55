import t from 'tap'
import type { Body, BodySink } from '../../../edge/http/body.ts'
import { readableOf } from '../../../edge/upstream/request-stream.ts'

function start() {
  const asked: string[] = []
  let sink: BodySink | null = null
  const body: Body = {
    lengthBytes: null,
    open(opened) {
      asked.push('open')
      sink = opened
      return { pause: () => asked.push('pause'), resume: () => asked.push('resume'), cancel: () => asked.push('cancel') }
    },
  }
  const turns: string[] = []
  const stream = readableOf(body, { starved: () => turns.push('starved'), fed: () => turns.push('fed') })
  stream.on('error', () => {})
  return { asked, turns, stream, sink: () => sink! }
}

t.test('a body is opened with the first read and not before', async (t) => {
  const { asked, stream } = start()
  t.same(asked, [])
  stream.read(0)
  t.same(asked, ['open'])
})

t.test('a reader that takes nothing holds the body back, one that takes again lets it go on', async (t) => {
  const { asked, stream, sink } = start()
  stream.read(0)
  let wantsMore = true
  for (let sent = 0; wantsMore && sent < 100; sent += 1) wantsMore = sink().write(Buffer.alloc(16 * 1024))
  t.equal(wantsMore, false, 'the body is asked to wait')
  stream.resume()
  await new Promise(setImmediate)
  t.ok(asked.includes('resume'))
})

t.test('it says whose turn it is: the client when nothing is here, the peer once something or the end is', async (t) => {
  const { turns, stream, sink } = start()
  stream.read(0)
  t.same(turns, ['starved'])
  sink().write(Buffer.from('x'))
  t.equal(turns.at(-1), 'fed')
  sink().end()
  t.equal(turns.at(-1), 'fed')
})

t.test('a body that fails destroys the stream with its fault', async (t) => {
  const { stream, sink } = start()
  stream.read(0)
  const fault = new Error('client gone')
  sink().fail(fault)
  await new Promise(setImmediate)
  t.equal(stream.errored, fault)
})

t.test('a stream nobody wants any more cancels the body', async (t) => {
  const { asked, stream } = start()
  stream.read(0)
  stream.destroy()
  await new Promise(setImmediate)
  t.ok(asked.includes('cancel'))
})
