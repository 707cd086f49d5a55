import t from 'tap'
import { ByteBudget } from '../../../edge/base/byte-budget.ts'
import { BodiesInUse } from '../../../edge/pipeline/bodies-in-use.ts'
import { type Chunks, FillReader } from '../../../edge/pipeline/fill-reader.ts'
import { readBody } from '../../support/read-body.ts'

function made(texts: string[]) {
  const told: string[] = []
  const budget = new ByteBudget(100)
  const chunks: Chunks = {
    lengthBytes: null,
    at: (number) => (texts[number] === undefined ? undefined : Buffer.from(texts[number])),
    advanced: () => void told.push('advanced'),
    left: () => void told.push('left'),
  }
  return { told, budget, reader: new FillReader(chunks, new BodiesInUse(budget)) }
}

/** A sink that has enough after each chunk. */
function choosy(heard: string[]) {
  return {
    write: (chunk: Uint8Array) => heard.push(Buffer.from(chunk).toString()) < 0,
    end: () => void heard.push('end'),
    fail: () => void heard.push('fail'),
  }
}

t.test('it takes what is there when it is opened, and what comes when it is told', async (t) => {
  const texts = ['a']
  const { reader, told } = made(texts)
  const reading = readBody(reader)
  texts.push('b')
  reader.pump()
  reader.last()
  t.same(await reading, { text: 'ab', fault: null })
  t.equal(told.at(-1), 'left')
})

t.test('one that has enough is given nothing until it goes on', async (t) => {
  const { reader } = made(['a', 'b'])
  const heard: string[] = []
  const flow = reader.open(choosy(heard))
  reader.pump()
  t.same([heard, reader.flowing, reader.next], [['a'], false, 1])
  flow.resume()
  t.same([heard, reader.next], [['a', 'b'], 2])
})

t.test('the end waits for who has not taken everything', async (t) => {
  const { reader } = made(['a', 'b'])
  const heard: string[] = []
  const flow = reader.open(choosy(heard))
  reader.last()
  flow.resume()
  t.same(heard, ['a', 'b'])
  flow.resume()
  t.same(heard, ['a', 'b', 'end'])
})

t.test('once the body is kept it goes on in the kept bytes, which count while it is behind', async (t) => {
  const { reader, budget } = made(['a'])
  const heard: string[] = []
  const flow = reader.open(choosy(heard))
  reader.whole(Buffer.from('abc'))
  t.same([heard, budget.usedBytes], [['a'], 3])
  flow.resume()
  flow.resume()
  t.same(heard, ['a', 'bc', 'end'])
  t.equal(budget.usedBytes, 0)
  reader.failed(new Error('too late'))
  t.same(heard.length, 3)
})

t.test('one that leaves while it reads the kept bytes lets them go', async (t) => {
  const { reader, budget, told } = made(['a'])
  const flow = reader.open(choosy([]))
  reader.whole(Buffer.from('abc'))
  flow.cancel()
  t.same([budget.usedBytes, told.includes('left')], [0, false])
})

t.test('a fault comes once, at once, and to who opens it later too', async (t) => {
  const open = made(['a'])
  const heard: string[] = []
  const flow = open.reader.open(choosy(heard))
  open.reader.failed(new Error('reset'))
  open.reader.last()
  flow.resume()
  t.same(heard, ['a', 'fail'])
  const { reader } = made(['a'])
  t.notOk(reader.cut)
  reader.failed(new Error('reset'))
  t.ok(reader.cut)
  t.match(await readBody(reader), { text: '', fault: { message: 'reset' } })
})
