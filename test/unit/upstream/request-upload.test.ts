import t from 'tap'
import { bytesBody } from '../../../edge/http/body.ts'
import { RequestUpload } from '../../../edge/upstream/request-upload.ts'
import { HandBody } from './send-one.ts'

function start(lengthBytes: number | null) {
  const written: string[] = []
  let takes = true
  const note = (text: string) => {
    written.push(text)
    return takes
  }
  const line = {
    writeBytes: (bytes: Uint8Array) => note(Buffer.from(bytes).toString()),
    writeChunk: (bytes: Uint8Array) => note(`[${Buffer.from(bytes)}]`),
    writeLastChunk: () => void note('[]'),
  }
  const told: unknown[] = []
  const upload = new RequestUpload(line, { uploadMoved: () => told.push('moved'), uploadFailed: (fault) => told.push(fault) }, lengthBytes)
  const body = new HandBody(lengthBytes)
  const peerTakes = (takesNow: boolean) => {
    takes = takesNow
  }
  return { upload, body, written, told, peerTakes }
}

t.test('a body of known length goes out as it is', async (t) => {
  const { upload, body, written } = start(3)
  upload.start(body)
  t.equal(body.sink!.write(Buffer.from('ab')), true)
  body.sink!.write(Buffer.from('c'))
  t.equal(upload.whole, false)
  body.sink!.end()
  t.same(written, ['ab', 'c'])
  t.equal(upload.whole, true)
})

t.test('a body of unknown length goes out in chunks, and an empty one of them is not sent: it would be the last', async (t) => {
  const { upload, body, written } = start(null)
  upload.start(body)
  body.sink!.write(Buffer.from('ab'))
  t.equal(body.sink!.write(Buffer.alloc(0)), true)
  body.sink!.end()
  t.same(written, ['[ab]', '[]'])
  t.equal(upload.whole, true)
})

t.test('a body at hand is whole as soon as it is opened', async (t) => {
  const { upload, written } = start(2)
  upload.start(bytesBody(Buffer.from('ab')))
  t.same(written, ['ab'])
  t.equal(upload.whole, true)
})

t.test('it says whose turn it is: the client’s until the peer is behind, and again when it took all', async (t) => {
  const { upload, body, told, peerTakes } = start(10)
  upload.start(body)
  t.equal(upload.waitsForClient, true)
  peerTakes(false)
  t.equal(body.sink!.write(Buffer.from('ab')), false)
  t.equal(upload.waitsForClient, false)
  t.same(told, ['moved'])
  upload.drained()
  t.equal(upload.waitsForClient, true)
  t.same(body.asked, ['resume'])
  upload.drained()
  t.same(body.asked, ['resume'], 'a peer that was not behind asks for nothing')
})

t.test('a body at hand is the peer’s turn until it has taken all of it', async (t) => {
  const { upload, told, peerTakes } = start(2)
  peerTakes(false)
  upload.start(bytesBody(Buffer.from('ab')))
  t.same(told, ['moved', 'moved'])
  t.equal(upload.waitsForClient, false)
  upload.drained()
  t.same(told, ['moved', 'moved', 'moved'])
  t.equal(upload.whole, true)
})

t.test('more or less than was announced never passes for the body', async (t) => {
  for (const text of ['abcd', 'ab']) {
    const { upload, body, written, told } = start(3)
    upload.start(body)
    body.sink!.write(Buffer.from(text))
    body.sink!.end()
    t.match(told, [{ code: 'INTERNAL', detail: { announced: 3, sent: text.length } }], text)
    t.equal(upload.whole, false)
    t.same(written, text === 'ab' ? ['ab'] : [])
    t.same(body.asked, ['cancel'])
  }
})

t.test('a body that fails fails the upload with its own fault, once', async (t) => {
  const { upload, body, told } = start(3)
  upload.start(body)
  const fault = new Error('client gone')
  body.sink!.fail(fault)
  body.sink!.fail(fault)
  body.sink!.end()
  t.same(told, [fault])
  t.equal(upload.whole, false)
})

t.test('when the rest is not wanted the body is let go and nothing more is written', async (t) => {
  const { upload, body, written, told } = start(null)
  upload.start(body)
  upload.cancel()
  upload.cancel()
  t.equal(body.sink!.write(Buffer.from('ab')), false)
  body.sink!.end()
  upload.drained()
  t.same(written, [])
  t.same(told, [])
  t.same(body.asked, ['cancel'])
})

t.test('a body at hand that is too long is let go too, though it comes before there is a tap', async (t) => {
  const { upload, told } = start(1)
  let cancelled = false
  upload.start({
    lengthBytes: 1,
    open(sink) {
      sink.write(Buffer.from('ab'))
      return {
        pause() {},
        resume() {},
        cancel() {
          cancelled = true
        },
      }
    },
  })
  t.equal(told.length, 1)
  t.equal(cancelled, true)
})
