import t from 'tap'
import { KeptAnswers } from '../../../../control/api/kept-answers.ts'
import type { Scope } from '../../../support/scope.ts'

function keeper(t: Scope, more: object = {}) {
  const kept = new KeptAnswers<{ n: number }>({ keepS: 60, maxKeys: 3, maxBytes: 1_000, ...more })
  t.teardown(() => kept.close())
  let made = 0
  const make = async () => ({ n: ++made })
  return { kept, make, made: () => made }
}

t.test('a repeated request gets the first answer, and is not served again', async (t) => {
  const { kept, make, made } = keeper(t)
  t.same(await kept.once('a', 'd', make), { kind: 'made', answer: { n: 1 } })
  t.same(await kept.once('a', 'd', make), { kind: 'repeated', answer: { n: 1 } })
  t.same(await kept.once('b', 'd', make), { kind: 'made', answer: { n: 2 } })
  t.same(await kept.once('__proto__', 'd', make), { kind: 'made', answer: { n: 3 } })
  t.same(await kept.once('__proto__', 'd', make), { kind: 'repeated', answer: { n: 3 } })
  t.equal(made(), 3)
})

t.test('a name stands for one request', async (t) => {
  const { kept, make } = keeper(t)
  await kept.once('a', 'd', make)
  t.same(await kept.once('a', 'other', make), { kind: 'other-request' })
})

t.test('requests of one name at once are served once', async (t) => {
  const { kept, make, made } = keeper(t)
  const all = await Promise.all([1, 2, 3].map(() => kept.once('a', 'd', make)))
  t.same(
    all.map(({ kind }) => kind),
    ['made', 'repeated', 'repeated'],
  )
  t.equal(made(), 1)
})

t.test('what failed may be tried again under the same name', async (t) => {
  const { kept, make } = keeper(t)
  const fail = () => Promise.reject(new Error('no'))
  const both = [kept.once('a', 'd', fail), kept.once('a', 'd', fail)]
  for (const one of both) await t.rejects(one, { message: 'no' })
  t.same(await kept.once('a', 'd', make), { kind: 'made', answer: { n: 1 } })
  t.equal(kept.bytes, 7)
})

t.test('when there is no room, in keys or bytes, a request is served as if it had no name', async (t) => {
  const { kept, make } = keeper(t)
  for (const name of ['a', 'b', 'c', 'd', 'd']) t.match(await kept.once(name, 'd', make), { kind: 'made' })
  const small = keeper(t, { maxBytes: 10 })
  for (const name of ['a', 'b', 'c', 'c']) t.match(await small.kept.once(name, 'd', small.make), { kind: 'made' })
  t.equal(small.kept.bytes, 14, 'full at the first answer beyond the bound')
})

t.test('what is let go of gives its bytes back', async (t) => {
  const { kept, make } = keeper(t)
  await kept.once('a', 'd', make)
  t.equal(kept.bytes, 7)
  kept.close()
  t.equal(kept.bytes, 0)
})
