import t from 'tap'
import { ByteBudget } from '../../../edge/base/byte-budget.ts'
import { filling } from '../../../edge/pipeline/filling.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

function fill(maxBytes: number, budget = new ByteBudget(1_000)) {
  const heard: string[] = []
  const read: string[] = []
  const source = new ScriptedBody()
  const body = filling(
    source,
    { maxBytes, budget },
    {
      whole: (bytes) => void heard.push(`whole ${Buffer.from(bytes).toString()}, ${budget.usedBytes} held`),
      tooLong: () => void heard.push('too long'),
      noRoom: () => void heard.push('no room'),
      cut: () => void heard.push('cut'),
    },
  )
  const sink = {
    write: (chunk: Uint8Array) => read.push(Buffer.from(chunk).toString()) > 0,
    end: () => void read.push('end'),
    fail: () => void read.push('fail'),
  }
  return { heard, read, source, budget, flow: body.open(sink) }
}

t.test('a whole body is copied while it flows on', async (t) => {
  const { heard, read, source } = fill(10)
  source.write('ab').write('cd').end()
  t.same(read, ['ab', 'cd', 'end'])
  t.same(heard, ['whole abcd, 0 held'])
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

t.test('a copy counts while it grows, and is given back however it ends', async (t) => {
  for (const finish of [
    ({ source }: ReturnType<typeof fill>) => void source.end(),
    ({ source }: ReturnType<typeof fill>) => void source.fail(new Error('reset')),
    ({ source }: ReturnType<typeof fill>) => void source.write('efghijk'),
    ({ flow }: ReturnType<typeof fill>) => flow.cancel(),
  ]) {
    const filled = fill(10)
    filled.source.write('ab').write('cd')
    t.equal(filled.budget.usedBytes, 4)
    finish(filled)
    filled.flow.cancel()
    t.match(filled.budget, { usedBytes: 0, overgivenBytes: 0 })
  }
})

t.test('when the worker holds half of what it may the copy is let go, and the body flows on', async (t) => {
  const budget = new ByteBudget(10)
  const first = fill(10, budget)
  first.source.write('abc')
  const second = fill(10, budget)
  second.source.write('de').write('f').write('g').end()
  t.same(second.heard, ['no room'])
  t.same(second.read, ['de', 'f', 'g', 'end'])
  first.source.write('hi').end()
  t.same(first.heard, ['whole abchi, 0 held'], 'what the other let go is room for this one')
})
