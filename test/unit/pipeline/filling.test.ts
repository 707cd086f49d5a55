import t from 'tap'
import { ByteBudget } from '../../../edge/base/byte-budget.ts'
import type { Body, BodyFlow } from '../../../edge/http/body.ts'
import { BodiesInUse } from '../../../edge/pipeline/bodies-in-use.ts'
import { Filling } from '../../../edge/pipeline/filling.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

/** A filling with the first reader open, as it is for the client who came first. */
function fill(maxBytes: number, budget = new ByteBudget(1_000)) {
  const heard: string[] = []
  const source = new ScriptedBody()
  const filling = new Filling(
    null,
    { maxBytes, budget, inUse: new BodiesInUse(budget) },
    {
      whole(bytes) {
        heard.push(`whole ${Buffer.from(bytes).toString()}, ${budget.usedBytes} held`)
        return bytes
      },
      tooLong: () => void heard.push('too long'),
      noRoom: () => void heard.push('no room'),
      cut: () => void heard.push('cut'),
    },
  )
  const first = read(filling.reader())
  filling.begin(source)
  return { heard, source, budget, filling, first, read: first.read, flow: first.flow }
}

/** Opens a reader and notes what it gets. @param takes chunks before it has enough */
function read(body: Body, takes = Number.POSITIVE_INFINITY) {
  const heard: string[] = []
  let left = takes
  const flow: BodyFlow = body.open({
    write(chunk) {
      heard.push(Buffer.from(chunk).toString())
      left -= 1
      return left > 0
    },
    end: () => void heard.push('end'),
    fail: () => void heard.push('fail'),
  })
  const goOn = (chunks = Number.POSITIVE_INFINITY) => {
    left = chunks
    flow.resume()
  }
  return { read: heard, flow, goOn }
}

t.test('a whole body is copied while it flows on', async (t) => {
  const { heard, read, source } = fill(10)
  source.write('ab').write('cd').end()
  t.same(read, ['ab', 'cd', 'end'])
  t.same(heard, ['whole abcd, 0 held'])
})

t.test('beyond the bound the copy is let go, once, and the body flows on', async (t) => {
  const { heard, read, source, budget } = fill(3)
  source.write('abc').write('d')
  t.equal(budget.usedBytes, 0, 'what has been taken is not held')
  source.write('e').end()
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

t.test('others read it from the first byte while it comes, and who leaves takes nothing from them', async (t) => {
  const { source, filling, first, heard } = fill(10)
  source.write('ab')
  const other = read(filling.reader())
  t.same(other.read, ['ab'])
  first.flow.cancel()
  source.write('cd').end()
  t.same(other.read, ['ab', 'cd', 'end'])
  t.same(heard, ['whole abcd, 0 held'])
  t.same(first.read, ['ab'])
})

t.test('a slow reader slows neither the copy nor the others, and goes on in what is kept', async (t) => {
  const { source, filling, first, heard, budget } = fill(10)
  const slow = read(filling.reader(), 1)
  const unopened = filling.reader()
  source.write('ab').write('cd').write('ef').end()
  t.same([heard, first.read], [['whole abcdef, 0 held'], ['ab', 'cd', 'ef', 'end']])
  t.same(slow.read, ['ab'])
  t.equal(budget.usedBytes, 6, 'what he is behind with is held for him')
  slow.goOn()
  t.same(slow.read, ['ab', 'cdef', 'end'])
  t.same(read(unopened).read, ['abcdef', 'end'])
  t.same(read(filling.reader()).read, ['abcdef', 'end'])
  t.match(budget, { usedBytes: 0, overgivenBytes: 0 })
})

t.test('a slow first client does not slow the copy either', async (t) => {
  const budget = new ByteBudget(1_000)
  const heard: string[] = []
  const ends = { whole: (bytes: Uint8Array) => bytes, tooLong() {}, noRoom() {}, cut: () => void heard.push('cut') }
  const filling = new Filling(null, { maxBytes: 10, budget, inUse: new BodiesInUse(budget) }, ends)
  const slow = read(filling.reader(), 1)
  const source = new ScriptedBody().write('ab').write('cd').end()
  filling.begin(source)
  t.same([slow.read, source.state], [['ab'], 'ended'])
  slow.flow.cancel()
  t.match(budget, { usedBytes: 0, overgivenBytes: 0 })
  t.same(heard, [], 'it is whole, whoever leaves')
})

t.test('all who read a body that breaks off are cut, also who has not begun', async (t) => {
  const { source, filling, first } = fill(10)
  const slow = read(filling.reader(), 1)
  const unopened = filling.reader()
  source.write('ab').write('cd').fail(new Error('reset'))
  t.same([first.read, slow.read, read(unopened).read], [['ab', 'cd', 'fail'], ['ab', 'fail'], ['fail']])
  t.same(read(filling.reader()).read, ['fail'])
})

t.test('of a body that is not kept, those who fall behind by more than the bound are cut, and the others go on', async (t) => {
  const { source, filling, first, heard, budget } = fill(4)
  const behind = read(filling.reader(), 1)
  const near = read(filling.reader(), 3)
  source.write('ab').write('cd').write('ef')
  t.same(heard, ['too long'])
  t.same(behind.read, ['ab'], 'what he lacks is held')
  source.write('gh')
  t.same(behind.read, ['ab', 'fail'])
  near.goOn()
  source.end()
  t.same(near.read, ['ab', 'cd', 'ef', 'gh', 'end'])
  t.same(first.read, ['ab', 'cd', 'ef', 'gh', 'end'])
  t.match(budget, { usedBytes: 0, overgivenBytes: 0 })
  t.same(read(filling.reader()).read, ['fail'], 'nobody can begin in the middle')
})

/** A source that keeps to its flow, as real ones do: nothing comes while it is paused. */
function pacedSource(chunks: string[]) {
  let flowing = true
  let sink: Parameters<Body['open']>[0] | null = null
  const go = () => {
    while (flowing && chunks.length > 0) if (!sink!.write(Buffer.from(chunks.shift()!))) flowing = false
    if (flowing && chunks.length === 0) sink!.end()
  }
  const flow = {
    pause() {},
    resume() {
      flowing = true
      go()
    },
    cancel() {},
  }
  const body: Body = {
    lengthBytes: null,
    open(into) {
      sink = into
      go()
      return flow
    },
  }
  return { body, left: chunks }
}

t.test('who reads a body alone that is not kept sets its pace, and is never cut', async (t) => {
  const budget = new ByteBudget(1_000)
  const ends = { whole: (bytes: Uint8Array) => bytes, tooLong() {}, noRoom() {}, cut() {} }
  const filling = new Filling(null, { maxBytes: 2, budget, inUse: new BodiesInUse(budget) }, ends)
  const body = filling.reader()
  const source = pacedSource(['ab', 'cd', 'ef', 'gh'])
  filling.begin(source.body)
  t.same(source.left, ['ef', 'gh'], 'it waits for the first reader')
  const slow = read(body, 1)
  t.same([slow.read, source.left], [['ab'], ['ef', 'gh']])
  slow.goOn(1)
  slow.goOn(1)
  t.same([slow.read, source.left], [['ab', 'cd', 'ef'], ['gh']])
  slow.goOn()
  t.same(slow.read, ['ab', 'cd', 'ef', 'gh', 'end'])
  t.match(budget, { usedBytes: 0, overgivenBytes: 0 })
})
