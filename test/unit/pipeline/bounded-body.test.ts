import t from 'tap'
import { EdgeError } from '../../../edge/base/edge-error.ts'
import { bytesBody } from '../../../edge/http/body.ts'
import { boundedBody } from '../../../edge/pipeline/bounded-body.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

function collect() {
  const heard: string[] = []
  const sink = {
    write: (chunk: Uint8Array) => heard.push(Buffer.from(chunk).toString()) > 0,
    end: () => void heard.push('end'),
    fail: (fault: unknown) => void heard.push(fault instanceof EdgeError ? fault.code : String(fault)),
  }
  return { heard, sink }
}

t.test('a body within its bound passes as it is', async (t) => {
  const { heard, sink } = collect()
  const source = new ScriptedBody(4)
  const body = boundedBody(source, 4)
  t.equal(body.lengthBytes, 4)
  body.open(sink)
  source.write('ab').write('cd').end()
  t.same(heard, ['ab', 'cd', 'end'])
})

t.test('one byte too many cancels the source, and the reader hears why, once', async (t) => {
  const { heard, sink } = collect()
  const source = new ScriptedBody()
  boundedBody(source, 3).open(sink)
  source.write('abc').write('d')
  t.equal(source.state, 'cancelled')
  source.write('e').end()
  t.same(heard, ['abc', 'BODY_TOO_LARGE'])
})

t.test('a body that comes whole while it is opened is cut off too', async (t) => {
  const { heard, sink } = collect()
  boundedBody(bytesBody(Buffer.from('abcd')), 3).open(sink)
  t.same(heard, ['BODY_TOO_LARGE'], 'and its end is not heard after that')
  const early = collect()
  const source = ScriptedBody.of('abcd')
  boundedBody(source, 3).open(early.sink)
  t.same(early.heard, ['BODY_TOO_LARGE'])
  const going = new ScriptedBody().write('abcd')
  boundedBody(going, 3).open(collect().sink)
  t.equal(going.state, 'cancelled', 'and its source is told once there is a flow')
})

t.test('the fault of the source passes', async (t) => {
  const { heard, sink } = collect()
  boundedBody(new ScriptedBody().write('a').fail(new EdgeError('CLIENT_GONE')), 3).open(sink)
  t.same(heard, ['a', 'CLIENT_GONE'])
})
