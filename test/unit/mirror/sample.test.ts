import t from 'tap'
import { copiesOf, isCopied } from '../../../edge/mirror/sample.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

t.test('over many requests the part that is copied is the one that was asked for', async (t) => {
  const random = new SeededRandom(7)
  const counts = Array.from({ length: 20_000 }, () => copiesOf({ sample: 0.25, times: 3 }, random.next()))
  t.ok(counts.every((count) => count === 0 || count === 3))
  const copies = counts.reduce((sum, count) => sum + count, 0)
  t.ok(Math.abs(copies / 20_000 - 0.75) < 0.03, `${copies} copies of 20000 requests`)
})

t.test('nothing at 0, everything at 1', async (t) => {
  t.equal(copiesOf({ sample: 0, times: 5 }, 0), 0)
  t.equal(copiesOf({ sample: 1, times: 1 }, 0.999_999), 1)
})

t.test('what only asks is copied, what may change something only where that is allowed', async (t) => {
  const plain = new Set<string>()
  for (const method of ['GET', 'HEAD', 'OPTIONS']) t.ok(isCopied(method, plain, 'off'), method)
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PURGE']) {
    t.notOk(isCopied(method, plain, 'off'), method)
    t.ok(isCopied(method, plain, 'on'), method)
  }
  for (const method of ['TRACE', 'CONNECT']) t.notOk(isCopied(method, plain, 'on'), method)
})

t.test('a copy is not copied again', async (t) => {
  t.notOk(isCopied('GET', new Set(['x-weir-mirror']), 'on'))
})
