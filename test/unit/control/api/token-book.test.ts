import t from 'tap'
import { TokenBook } from '../../../../control/api/token-book.ts'
import { ITSELF } from '../../../../control/domain/audit.ts'
import { MAX_TOKENS } from '../../../../control/domain/token.ts'
import { IN_MEMORY } from '../../../../control/store/open-database.ts'
import { SqliteStore } from '../../../../control/store/sqlite-store.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'

function begin(t: Scope) {
  const random = new SeededRandom()
  const store = new SqliteStore(IN_MEMORY, random)
  t.teardown(() => store.close())
  const ports = { random, clock: new ManualClock() }
  const make = (name: string, role: 'admin' | 'viewer') => {
    const made = new TokenBook(store, ports).make({ name, role }, ITSELF)
    if (made.kind !== 'made') throw new Error(made.reason)
    return made.token
  }
  return { store, book: new TokenBook(store, ports), another: () => new TokenBook(store, ports), make }
}

t.test('a token that is kept is known to every book of its store', async (t) => {
  const { book, make } = begin(t)
  const { secret, record } = make('ann', 'viewer')
  t.same(book.identify(secret), record)
  t.equal(book.identify(`${secret}0`), null)
  t.equal(book.identify(''), null)
  t.equal(book.identify('x'.repeat(10_000)), null)
})

t.test('a passing token is good here, is not listed, and is unknown to the next process', async (t) => {
  const { book, another } = begin(t)
  const secret = book.makePassing({ name: 'this process', role: 'edge' })
  t.match(book.identify(secret), { name: 'this process', role: 'edge' })
  t.same(book.list(), [])
  t.equal(another().identify(secret), null)
  t.match(book.make({ name: 'this process', role: 'viewer' }, ITSELF), { kind: 'refused' }, 'and nobody can pass for it')
})

t.test('a token that is dropped is good for nothing', async (t) => {
  const { book, make } = begin(t)
  const { secret, record } = make('ann', 'viewer')
  t.same(book.drop(record.id, ITSELF), { kind: 'dropped' })
  t.equal(book.identify(secret), null)
  t.same(book.drop(record.id, ITSELF), { kind: 'absent' })
})

t.test('there are only so many tokens', async (t) => {
  const { store, book } = begin(t)
  const full = { ...store, tokens: () => Array.from({ length: MAX_TOKENS }, () => ({ name: 'x' })) }
  const crowded = new TokenBook(full as unknown as SqliteStore, { random: new SeededRandom(), clock: new ManualClock() })
  t.match(crowded.make({ name: 'one more', role: 'viewer' }, ITSELF), { kind: 'refused', reason: /1000 tokens already/ })
  t.equal(book.make({ name: 'ann', role: 'viewer' }, ITSELF).kind, 'made')
})
