import t from 'tap'
import { RecentTexts } from '../../../edge/base/recent-texts.ts'

/** Texts, and which of them something was made for, in turn. */
function textsOf(max: number, maxLength = 10): { texts: RecentTexts<{ text: string }>; made: string[] } {
  const made: string[] = []
  const make = (text: string) => {
    made.push(text)
    return { text }
  }
  return { texts: new RecentTexts(max, make, maxLength), made }
}

t.test('the same thing stands for a text each time it comes', async (t) => {
  const { texts, made } = textsOf(10)
  const first = texts.get('abc')
  t.same(first, { text: 'abc' })
  t.equal(texts.get(['a', 'bc'].join('')), first)
  t.same(made, ['abc'])
})

t.test('it never holds more than its bound, and what comes again and again stays', async (t) => {
  const { texts, made } = textsOf(8)
  const often = texts.get('often')
  for (let i = 0; i < 1_000; i++) {
    t.equal(texts.get('often'), often)
    texts.get(`once ${i}`)
    if (texts.size > 8) t.fail(`${texts.size} texts after ${i}`)
  }
  t.equal(made.filter((text) => text === 'often').length, 1)
})

t.test('what came long ago is made again', async (t) => {
  const { texts, made } = textsOf(4)
  for (const text of ['a', 'b', 'c', 'd', 'e', 'f', 'a']) texts.get(text)
  t.equal(made.filter((text) => text === 'a').length, 2)
})

t.test('something is made for a long text each time, and not held', async (t) => {
  const { texts, made } = textsOf(4)
  t.not(texts.get('12345678901'), texts.get('12345678901'))
  t.equal(made.length, 2)
  t.equal(texts.size, 0)
})

t.test('thousands of texts are told apart', async (t) => {
  const { texts, made } = textsOf(20_000)
  const things = Array.from({ length: 8_000 }, (_, i) => texts.get(`text ${i}`))
  t.equal(texts.size, 8_000)
  t.ok(
    things.every((thing, i) => thing.text === `text ${i}` && texts.get(`text ${i}`) === thing),
    'each finds its own',
  )
  t.equal(made.length, 8_000)
})
