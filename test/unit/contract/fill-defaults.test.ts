import t from 'tap'
import Type from 'typebox'
import { fillDefaults } from '../../../edge/contract/fill-defaults.ts'
import { shapeOf } from '../../../edge/contract/shape.ts'

const inner = Type.Object({ size: Type.Integer({ default: 7 }) }, { default: {} })
const shape = shapeOf(
  Type.Object({
    inner,
    list: Type.Array(inner, { default: [], maxItems: 2 }),
    maybe: Type.Optional(inner),
    named: Type.Record(Type.String({ pattern: '^[a-z_]+$' }), inner, { default: {} }),
    required: Type.String(),
  }),
)

t.test('defaults are filled in at every depth', (t) => {
  t.strictSame(fillDefaults(shape, { list: [{}], named: { a: {} } }), {
    list: [{ size: 7 }],
    named: { a: { size: 7 } },
    inner: { size: 7 },
  })
  t.end()
})

t.test('an optional part is filled only when it is there', (t) => {
  t.notOk(Object.hasOwn(fillDefaults(shape, {}) as object, 'maybe'))
  t.strictSame((fillDefaults(shape, { maybe: {} }) as { maybe: unknown }).maybe, { size: 7 })
  t.end()
})

t.test('neither the value nor the defaults of the schema are ever changed', (t) => {
  const value = { list: [{}], named: { a: {} } }
  const before = structuredClone(value)
  const first = fillDefaults(shape, value) as { inner: { size: number }; list: unknown[] }
  t.strictSame(value, before)
  first.inner.size = 99
  first.list.push('x')
  t.strictSame((fillDefaults(shape, {}) as { inner: unknown }).inner, { size: 7 })
  t.end()
})

t.test('a member named __proto__ stays a member and changes no prototype', (t) => {
  const filled = fillDefaults(shape, JSON.parse('{"__proto__": {"polluted": 1}, "named": {"__proto__": {}}}')) as { named: object }
  t.equal(Object.getPrototypeOf(filled), Object.prototype)
  t.ok(Object.hasOwn(filled, '__proto__'))
  t.strictSame(Object.entries(filled.named), [['__proto__', { size: 7 }]])
  t.equal(({} as { polluted?: number }).polluted, undefined)
  t.end()
})

t.test('a field that is undefined counts as left out', (t) => {
  t.strictSame(fillDefaults(shape, { inner: undefined, maybe: undefined }) as object, { inner: { size: 7 }, list: [], named: {} })
  t.end()
})

t.test('what is of another kind than the schema says is passed on as it is', (t) => {
  t.equal(fillDefaults(shape, 'text'), 'text')
  t.equal(fillDefaults(shape, null), null)
  t.strictSame((fillDefaults(shape, { list: 5, inner: [] }) as { list: unknown; inner: unknown }).inner, [])
  t.end()
})

t.test('a list longer than the schema allows is not copied', (t) => {
  const long = [{}, {}, {}]
  t.equal((fillDefaults(shape, { list: long }) as { list: unknown }).list, long)
  t.end()
})

t.test('in a union the branch that the value claims is filled', (t) => {
  const union = shapeOf(Type.Union([Type.Object({ type: Type.Literal('a'), inner }), Type.Object({ type: Type.Literal('b') })]))
  t.strictSame(fillDefaults(union, { type: 'a' }), { type: 'a', inner: { size: 7 } })
  t.strictSame(fillDefaults(union, { type: 'b' }), { type: 'b' })
  t.end()
})
