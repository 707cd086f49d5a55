import t from 'tap'
import { MAX_WAITING, Turns } from '../../../edge/server/turns.ts'

function start() {
  const turns = new Turns<string>()
  const ran: string[] = []
  const take = (name: string) => turns.take(name, () => ran.push(name))
  return { turns, ran, take }
}

t.test('requests run one at a time and in order', async (t) => {
  const { turns, ran, take } = start()
  for (const name of ['a', 'b', 'c']) t.equal(take(name), true)
  t.same(ran, ['a'])
  t.equal(turns.current, 'a')
  turns.next()
  t.same(ran, ['a', 'b'])
  turns.next()
  turns.next()
  t.same(ran, ['a', 'b', 'c'])
  t.equal(turns.current, null)
  take('d')
  t.same(ran, ['a', 'b', 'c', 'd'])
})

t.test('one request more than may wait is refused, and the others keep their places', async (t) => {
  const { ran, take, turns } = start()
  for (let i = 0; i <= MAX_WAITING; i += 1) t.equal(take(String(i)), true)
  t.equal(take('too many'), false)
  for (let i = 0; i <= MAX_WAITING; i += 1) turns.next()
  t.equal(ran.length, MAX_WAITING + 1)
})

t.test('the last thing runs when all are answered, once, and at once on an idle connection', async (t) => {
  const { turns, ran, take } = start()
  take('a')
  take('b')
  turns.finally(() => ran.push('last'))
  turns.finally(() => ran.push('another last'))
  turns.next()
  t.same(ran, ['a', 'b'])
  turns.next()
  t.same(ran, ['a', 'b', 'last'])
  const idle = start()
  idle.turns.finally(() => idle.ran.push('last'))
  t.same(idle.ran, ['last'])
})

t.test('a connection that is gone forgets who waits', async (t) => {
  const { turns, ran, take } = start()
  take('a')
  take('b')
  turns.drop()
  turns.next()
  t.same(ran, ['a'])
})
