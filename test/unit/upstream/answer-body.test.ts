import t from 'tap'
import type { BodySink } from '../../../edge/http/body.ts'
import { AnswerBody } from '../../../edge/upstream/answer-body.ts'

function start() {
  const asked: string[] = []
  const body = new AnswerBody(null, { flow: () => asked.push('flow'), halt: () => asked.push('halt'), cancel: () => asked.push('cancel') })
  const write = (text: string) => body.write(Buffer.from(text))
  return { asked, body, write }
}

/** A reader that notes what it hears, and has enough after each of `enoughAfter`. */
function reader(...enoughAfter: readonly string[]) {
  const heard: string[] = []
  const sink: BodySink = {
    write(chunk) {
      const text = Buffer.from(chunk).toString()
      heard.push(text)
      return !enoughAfter.includes(text)
    },
    end: () => heard.push('end'),
    fail: (fault) => heard.push(`fail ${String(fault)}`),
  }
  return { heard, sink }
}

t.test('what came before it was opened is told on opening, the end included', async (t) => {
  const { body, write, asked } = start()
  const { heard, sink } = reader()
  write('a')
  write('b')
  body.end()
  body.open(sink)
  t.same(heard, ['a', 'b', 'end'])
  t.same(asked, [], 'the connection was never held back')
})

t.test('once it is open, bytes pass at once', async (t) => {
  const { body, write } = start()
  const { heard, sink } = reader()
  body.open(sink)
  write('a')
  t.same(heard, ['a'])
  body.end()
  t.same(heard, ['a', 'end'])
})

t.test('a reader that has enough is told nothing more until it asks for it', async (t) => {
  const { body, write, asked } = start()
  const { heard, sink } = reader('a', 'c')
  const flow = body.open(sink)
  write('a')
  t.equal(asked.at(-1), 'halt')
  write('b')
  write('c')
  write('d')
  t.same(heard, ['a'], 'what was under way is held')
  flow.resume()
  t.same(heard, ['a', 'b', 'c'], 'it has enough again')
  t.equal(asked.at(-1), 'halt')
  flow.resume()
  t.same(heard, ['a', 'b', 'c', 'd'])
  t.equal(asked.at(-1), 'flow')
})

t.test('the end comes behind what is held, but needs no room of its own', async (t) => {
  const held = start()
  const first = reader('a')
  const flow = held.body.open(first.sink)
  held.write('a')
  held.write('b')
  held.body.end()
  t.same(first.heard, ['a'])
  flow.resume()
  t.same(first.heard, ['a', 'b', 'end'])

  const empty = start()
  const second = reader('a')
  empty.body.open(second.sink)
  empty.write('a')
  empty.body.end()
  t.same(second.heard, ['a', 'end'])
})

t.test('a reader that has not come yet holds the connection back beyond 64 KiB, not before', async (t) => {
  const { body, write, asked } = start()
  write('x'.repeat(65_535))
  t.same(asked, [])
  write('x')
  t.same(asked, ['halt'])
  const { heard, sink } = reader()
  body.open(sink)
  t.equal(heard.join('').length, 65_536)
  t.same(asked, ['halt', 'flow'])
})

t.test('a fault is told at once to a reader that is there, and behind what is held to one that comes later', async (t) => {
  const there = start()
  const first = reader('a')
  there.body.open(first.sink)
  there.write('a')
  there.write('b')
  there.body.fail('cut')
  t.same(first.heard, ['a', 'fail cut'])

  const later = start()
  later.write('a')
  later.body.fail('cut')
  const second = reader()
  later.body.open(second.sink)
  t.same(second.heard, ['a', 'fail cut'])
})

t.test('after cancelling nothing is heard, and the source is told once', async (t) => {
  const { body, write, asked } = start()
  const { heard, sink } = reader()
  const flow = body.open(sink)
  flow.cancel()
  flow.cancel()
  flow.resume()
  flow.pause()
  write('a')
  body.end()
  t.same(heard, [])
  t.same(asked, ['flow', 'cancel'])
})

t.test('a body that is whole has no source to cancel or hold back any more', async (t) => {
  const { body, write, asked } = start()
  write('a')
  body.end()
  const { heard, sink } = reader('a')
  const flow = body.open(sink)
  flow.pause()
  flow.cancel()
  t.same(heard, ['a', 'end'])
  t.same(asked, [])
})

t.test('a reader that cancels while it is told what was held hears no more', async (t) => {
  const { body, write } = start()
  const heard: string[] = []
  write('a')
  write('b')
  body.end()
  body.open({
    write(chunk) {
      heard.push(Buffer.from(chunk).toString())
      body.cancel()
      return true
    },
    end: () => heard.push('end'),
    fail: () => heard.push('fail'),
  })
  t.same(heard, ['a'])
})
