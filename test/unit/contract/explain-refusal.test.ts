import t from 'tap'
import Type from 'typebox'
import { explainRefusal } from '../../../edge/contract/explain-refusal.ts'
import { shapeOf } from '../../../edge/contract/shape.ts'
import { DurationMs, SizeBytes } from '../../../edge/contract/units.ts'
import { lines } from './site-of.ts'

const shape = shapeOf(
  Type.Object(
    {
      timeout: DurationMs({ minimum: 1, maximum: 60_000, description: '' }),
      mode: Type.Union([Type.Literal('merge'), Type.Literal('keep')]),
      tags: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 3 }), { maxItems: 3 })),
      ratio: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      flag: Type.Optional(Type.Boolean()),
      byName: Type.Optional(
        Type.Record(Type.String({ pattern: '^[a-z]{1,4}$' }), Type.String({ maxLength: 9 }), {
          additionalProperties: false,
          maxProperties: 2,
        }),
      ),
    },
    { additionalProperties: false },
  ),
)
const good = { timeout: 5, mode: 'keep' }
const told = (value: unknown) => lines(explainRefusal(shape, value))

t.test('a value as the schema says has no problems', (t) => {
  t.same(told({ ...good, tags: ['a'], ratio: 0.5, flag: false, byName: { a: 'b' } }), [])
  t.end()
})

t.test('a wrong value is told with what would be right', (t) => {
  t.same(told({ ...good, timeout: 'fast' }), ['/timeout must be an integer from 1 to 60000 (ms); it is "fast"'])
  t.same(told({ ...good, timeout: 0 }), ['/timeout must be an integer from 1 to 60000 (ms); it is 0'])
  t.same(told({ ...good, timeout: 1.5 }), ['/timeout must be an integer from 1 to 60000 (ms); it is 1.5'])
  t.same(told({ ...good, timeout: null }), ['/timeout must be an integer from 1 to 60000 (ms); it is empty'])
  t.same(told({ ...good, ratio: Number.NaN }), ['/ratio must be a number from 0 to 1; it is NaN'])
  t.same(told({ ...good, flag: 'yes' }), ['/flag must be true or false; it is "yes"'])
  t.same(told('text'), [' must be a map; it is "text"'])
  t.end()
})

t.test('a number in quotes is refused, and the quotes are named', (t) => {
  t.same(told({ ...good, timeout: '250' }), ['/timeout must be an integer from 1 to 60000 (ms); it is "250", a text: leave out the quotes'])
  t.end()
})

t.test('a duration or size with its unit is refused with the number to write', (t) => {
  t.match(told({ ...good, timeout: '2s' }), [/it is "2s"; write 2000$/])
  const size = shapeOf(SizeBytes({ minimum: 0, maximum: 2 ** 40, description: '' }))
  t.match(lines(explainRefusal(size, '64MB')), [/it is "64MB"; write 67108864$/])
  t.end()
})

t.test('a mistyped word gets one sentence and the nearest word', (t) => {
  t.same(told({ ...good, mode: 'marge' }), ['/mode must be "merge" or "keep"; it is "marge"; did you mean "merge"?'])
  t.end()
})

t.test('an unknown field gets the nearest known name, or all of them', (t) => {
  t.same(told({ ...good, tlmeout: 1 }), ['/tlmeout unknown field "tlmeout"; did you mean "timeout"?'])
  t.same(told({ ...good, zebra: 1 }), ['/zebra unknown field "zebra"; the fields here are timeout, mode, tags, ratio, flag, byName'])
  t.end()
})

t.test('a missing field says what it must be', (t) => {
  t.same(told({ mode: 'keep' }), ['/timeout missing field "timeout"; must be an integer from 1 to 60000 (ms)'])
  t.end()
})

t.test('names of members and their number are bounded', (t) => {
  t.match(told({ ...good, byName: { 'A B': 'x' } }), [/^\/byName\/A B the name "A B" is not valid; it must be/])
  t.same(told({ ...good, byName: { a: '', b: '', c: '' } }), ['/byName must be a map of at most 2 members; it is a map of 3'])
  t.end()
})

t.test('problems come in the order of the document', (t) => {
  t.same(
    told({ tags: ['', 'abcd'], zebra: 1, mode: 7 }).map((line) => line.split(' ')[0]),
    ['/timeout', '/tags/0', '/tags/1', '/zebra', '/mode'],
  )
  t.end()
})

t.test('lengths are counted in code points, so that combining marks cannot hide a long text', (t) => {
  t.same(told({ ...good, tags: ['😀😀😀'] }), [])
  t.match(told({ ...good, tags: [`a${'\u0301'.repeat(1_000)}`] }), [/^\/tags\/0 must be a text of 1 to 3 characters/])
  t.end()
})

t.test('a member named like what every object inherits is unknown', (t) => {
  t.match(told(JSON.parse('{"timeout": 5, "mode": "keep", "__proto__": {}, "constructor": 1}')), [
    /unknown field "__proto__"/,
    /unknown field "constructor"/,
  ])
  t.end()
})

t.test('no more than 100 problems are told', (t) => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`unknown-${i}`, i]))
  t.equal(explainRefusal(shape, { ...good, ...many }).length, 100)
  t.equal(explainRefusal(shapeOf(Type.Array(Type.Integer())), new Array(500).fill('x')).length, 100)
  t.end()
})

t.test('a name too long for a pointer is told at the map that holds it', (t) => {
  t.match(explainRefusal(shape, { ...good, ['x'.repeat(5_000)]: 1 }), [{ pointer: '', message: /^unknown field "x{60}…"/ }])
  t.end()
})

t.test('in a union of messages the problems are those of the branch that is claimed', (t) => {
  const union = shapeOf(Type.Union([Type.Object({ type: Type.Literal('a'), n: Type.Integer() }), Type.Object({ type: Type.Literal('b') })]))
  t.match(lines(explainRefusal(union, { type: 'a', n: 'x' })), [/^\/n must be an integer/])
  t.same(lines(explainRefusal(union, { type: 'c' })), [' must be a map whose "type" is "a" or "b"; it is a map'])
  t.end()
})
