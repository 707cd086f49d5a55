import t from 'tap'
import { difference, MAX_CHANGES } from '../../../../control/domain/difference.ts'

const changes = (before: unknown, after: unknown) => difference(before, after).changes

t.test('equal documents do not differ, whatever the order of their members', async (t) => {
  t.same(difference({ a: 1, b: [{ c: 2 }] }, { b: [{ c: 2 }], a: 1 }), { changes: [], extent: 'whole' })
})

t.test('what came, went and changed is listed at its pointer, in sorted order', async (t) => {
  t.same(changes({ z: 1, b: { x: 1, y: 2 }, gone: 'g' }, { z: 2, b: { x: 1, y: 3 }, a: null }), [
    { op: 'add', pointer: '/a', after: null },
    { op: 'change', pointer: '/b/y', before: 2, after: 3 },
    { op: 'remove', pointer: '/gone', before: 'g' },
    { op: 'change', pointer: '/z', before: 1, after: 2 },
  ])
})

t.test('a member put into the middle of a list is one change', async (t) => {
  t.same(changes({ peers: ['a', 'c', 'd'] }, { peers: ['a', 'b', 'c', 'd'] }), [{ op: 'add', pointer: '/peers/1', after: 'b' }])
})

t.test('members taken out of a list are listed where they stood before', async (t) => {
  t.same(changes(['a', 'b', 'c', 'd'], ['a', 'd']), [
    { op: 'remove', pointer: '/1', before: 'b' },
    { op: 'remove', pointer: '/2', before: 'c' },
  ])
})

t.test('a list of equal members that grows is not counted twice', async (t) => {
  t.same(changes(['a', 'a'], ['a', 'a', 'a']), [{ op: 'add', pointer: '/2', after: 'a' }])
})

t.test('a member of a list that changed inside is compared inside', async (t) => {
  t.same(changes([{ address: 'a:1', weight: 1 }], [{ address: 'a:1', weight: 2 }]), [
    { op: 'change', pointer: '/0/weight', before: 1, after: 2 },
  ])
})

t.test('a value that becomes one of another kind is changed whole', async (t) => {
  t.same(changes({ a: [] }, { a: {} }), [{ op: 'change', pointer: '/a', before: [], after: {} }])
})

t.test('names with slash and tilde are escaped, names of Object.prototype are names like any other', async (t) => {
  const after = JSON.parse('{"a/b~c": 1, "constructor": 2, "__proto__": 3}')
  t.same(
    changes({}, after).map(({ pointer }) => pointer),
    ['/__proto__', '/a~1b~0c', '/constructor'],
  )
})

t.test('no more changes are listed than wanted, and it is said that there are more', async (t) => {
  const many = Object.fromEntries(Array.from({ length: MAX_CHANGES + 1 }, (_, index) => [`k${index}`, index]))
  const cut = difference({}, many)
  t.equal(cut.changes.length, MAX_CHANGES)
  t.equal(cut.extent, 'cut')
  t.equal(difference({}, { a: 1, b: 2 }, 2).extent, 'whole', 'exactly as many as wanted is not cut')
})

t.test('a document nested very deep is compared without exhausting the stack', async (t) => {
  const nested = (depth: number, leaf: unknown): unknown => (depth === 0 ? leaf : { a: nested(depth - 1, leaf) })
  const [change] = changes(nested(200, 1), nested(200, 2))
  t.equal(change?.pointer, '/a'.repeat(32))
})
