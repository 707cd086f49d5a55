import t from 'tap'
import { MAX_EXAMPLES } from '../../../edge/contract/mirror-reading.ts'
import { MirrorBook } from '../../../edge/mirror/mirror-book.ts'

const STATUS = [{ kind: 'status', name: '', origin: '200', mirror: '500' }] as const

t.test('no more copies are under way than may be', async (t) => {
  const book = new MirrorBook()
  t.same([book.begin(2), book.begin(2), book.begin(2)], [true, true, false])
  t.equal(book.inFlight, 2)
  book.end()
  t.ok(book.begin(2))
})

t.test('what became of copies is counted', async (t) => {
  const book = new MirrorBook()
  book.note('same')
  book.note('dropped-full', 3)
  book.noteDifferent({ atMs: 1, id: 'x-1', method: 'GET', target: '/a' }, STATUS)
  const { outcomes, differences } = book.reading('all', 'next')
  t.match(outcomes, { same: 1, 'dropped-full': 3, different: 1, failed: 0 })
  t.match(differences, { status: 1, length: 0 })
})

t.test('the latest examples are kept, newest first, without secrets and with a bound on their length', async (t) => {
  const book = new MirrorBook()
  for (let i = 0; i < MAX_EXAMPLES + 5; i++) book.noteDifferent({ atMs: i, id: `x-${i}`, method: 'GET', target: `/${i}?sid=s` }, STATUS)
  book.noteDifferent({ atMs: 99, id: 'x-99', method: 'GET', target: `/${'a'.repeat(2_000)}` }, STATUS)
  const { examples } = book.reading('all', 'next')
  t.equal(examples.length, MAX_EXAMPLES)
  t.equal(examples[0]?.target.length, 512)
  t.match(examples[1], { id: `x-${MAX_EXAMPLES + 4}`, target: `/${MAX_EXAMPLES + 4}?sid=***`, differences: STATUS })
})
