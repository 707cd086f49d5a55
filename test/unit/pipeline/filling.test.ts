import t from 'tap'
import { filling } from '../../../edge/pipeline/filling.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

function fill(maxBytes: number) {
  const heard: string[] = []
  const read: string[] = []
  const source = new ScriptedBody()
  const body = filling(source, maxBytes, {
    whole: (bytes) => void heard.push(`whole ${Buffer.from(bytes).toString()}`),
    tooLong: () => void heard.push('too long'),
    cut: () => void heard.push('cut'),
  })
  const sink = {
    write: (chunk: Uint8Array) => read.push(Buffer.from(chunk).toString()) > 0,
    end: () => void read.push('end'),
    fail: () => void read.push('fail'),
  }
  return { heard, read, source, flow: body.open(sink) }
}

t.test('a whole body is copied while it flows on', async (t) => {
  const { heard, read, source } = fill(10)
  source.write('ab').write('cd').end()
  t.same(read, ['ab', 'cd', 'end'])
  t.same(heard, ['whole abcd'])
})

t.test('beyond the bound the copy is let go, once, and the body flows on', async (t) => {
  const { heard, read, source } = fill(3)
  source.write('abc').write('d').write('e').end()
  t.same(read, ['abc', 'd', 'e', 'end'])
  t.same(heard, ['too long'])
})

t.test('a part never passes for the whole: neither when it breaks off nor when its reader leaves', async (t) => {
  const broken = fill(10)
  broken.source.write('ab').fail(new Error('reset'))
  t.same([broken.heard, broken.read], [['cut'], ['ab', 'fail']])
  const left = fill(10)
  left.source.write('ab')
  left.flow.cancel()
  left.flow.cancel()
  t.same(left.heard, ['cut'], 'once')
  t.equal(left.source.state, 'cancelled')
})

t.test('what was let go is not cut as well', async (t) => {
  const { heard, source } = fill(1)
  source.write('ab').fail(new Error('reset'))
  t.same(heard, ['too long'])
})
