import t from 'tap'
import type { Body, BodyFlow, BodySink } from '../../../edge/http/body.ts'
import { SlicedBody } from '../../../edge/pipeline/sliced-body.ts'
import { readBody } from '../../support/read-body.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const slice = (body: Body, first: number, last: number) => new SlicedBody(body, { first, last })

t.test('only the bytes of the span come, wherever the body is cut', async (t) => {
  for (const pieces of [['0123456789'], ['0', '1234', '56789'], [...'0123456789']]) {
    const body = new ScriptedBody(10)
    for (const piece of pieces) body.write(piece)
    body.end()
    const part = slice(body, 2, 6)
    t.equal(part.lengthBytes, 5)
    t.same(await readBody(part), { text: '23456', fault: null })
    t.equal(body.state, 'ended', 'read to its end')
  }
})

t.test('the client is done with its last byte, while the body goes on', async (t) => {
  const body = new ScriptedBody(10)
  const read = readBody(slice(body, 0, 1))
  body.write('012')
  t.same(await read, { text: '01', fault: null })
  body.write('3456789').end()
  t.equal(body.state, 'ended')
})

t.test('a body that ends or breaks off too early is no part', async (t) => {
  t.match(await readBody(slice(new ScriptedBody().write('01').end(), 1, 2)), { text: '1', fault: RangeError })
  t.match(await readBody(slice(new ScriptedBody().write('01').fail('cut'), 1, 2)), { text: '1', fault: 'cut' })
  t.match(
    await readBody(slice(new ScriptedBody().write('01').fail('cut'), 0, 1)),
    { text: '01', fault: null },
    'after the part it is not ours',
  )
})

/** A body that notes what is asked of its flow. */
function noting() {
  const asked: string[] = []
  let sink: BodySink | null = null
  const flow: BodyFlow = { pause: () => asked.push('pause'), resume: () => asked.push('resume'), cancel: () => asked.push('cancel') }
  const body: Body = {
    lengthBytes: 10,
    open(given) {
      sink = given
      return flow
    },
  }
  return { asked, body, write: (text: string) => sink!.write(Buffer.from(text)) }
}

t.test('a slow client slows the body down until it has its part, and no longer', async (t) => {
  const { asked, body, write } = noting()
  const taken: string[] = []
  const flow = slice(body, 2, 5).open({
    write: (bytes) => taken.push(String(bytes)) < 0,
    end: () => taken.push('end'),
    fail: () => t.fail(),
  })
  t.equal(write('01'), true, 'nothing for the client yet')
  t.equal(write('23'), false)
  flow.pause()
  flow.resume()
  t.equal(write('4567'), true)
  t.equal(write('89'), true)
  flow.pause()
  t.same(taken, ['23', '45', 'end'])
  t.same(asked, ['pause', 'resume'])
})

t.test('a client that leaves is not waited for, and the body is not cancelled', async (t) => {
  const { asked, body, write } = noting()
  const flow = slice(body, 0, 5).open({ write: () => false, end: () => t.fail(), fail: () => t.fail() })
  t.equal(write('0'), false)
  flow.cancel()
  flow.cancel()
  t.equal(write('123456789'), true)
  t.same(asked, ['resume'])
})

t.test('a client may leave while it is given its last bytes', async (t) => {
  const { body, write } = noting()
  const flow: BodyFlow = slice(body, 0, 1).open({
    write() {
      flow.cancel()
      return false
    },
    end: () => t.fail('it hears nothing after it left'),
    fail: () => t.fail(),
  })
  t.equal(write('01'), true)
})
