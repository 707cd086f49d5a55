import t from 'tap'
import Type from 'typebox'
import { claimedBranch, isMapValue, matchesPattern, memberShape, shapeOf } from '../../../edge/contract/shape.ts'

t.test('a member is found by its name or by the pattern of names', (t) => {
  const closed = shapeOf(Type.Object({ a: Type.Integer() }))
  const open = shapeOf(Type.Record(Type.String({ pattern: '^[a-z]+$' }), Type.Boolean()))
  t.equal(memberShape(closed, 'a')?.type, 'integer')
  t.equal(memberShape(closed, 'b'), undefined)
  t.equal(memberShape(open, 'abc')?.type, 'boolean')
  t.equal(memberShape(open, 'ABC'), undefined)
  t.end()
})

t.test('what every object inherits is no member', (t) => {
  t.equal(memberShape(shapeOf(Type.Object({ a: Type.Integer() })), 'constructor'), undefined)
  t.equal(memberShape(shapeOf(Type.Object({ a: Type.Integer() })), '__proto__'), undefined)
  t.end()
})

t.test('a message claims the branch whose constants it has', (t) => {
  const { anyOf = [] } = shapeOf(Type.Union([Type.Object({ type: Type.Literal('a') }), Type.Object({ type: Type.Literal('b') })]))
  t.equal(claimedBranch(anyOf, { type: 'b', more: 1 }), anyOf[1])
  t.equal(claimedBranch(anyOf, { type: 'c' }), undefined)
  t.equal(claimedBranch(anyOf, 'b'), undefined)
  t.equal(claimedBranch(shapeOf(Type.Union([Type.Literal('a')])).anyOf ?? [], {}), undefined)
  t.end()
})

t.test('lists and null are no maps', (t) => {
  t.same([{}, [], null, 'a', undefined].map(isMapValue), [true, false, false, false, false])
  t.end()
})

t.test('patterns are read by code point', (t) => {
  t.ok(matchesPattern('^.$', '😀'))
  t.notOk(matchesPattern('^.$', 'ab'))
  t.end()
})
