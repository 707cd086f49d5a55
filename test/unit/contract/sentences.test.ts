import t from 'tap'
import Type from 'typebox'
import { Id } from '../../../edge/contract/identifiers.ts'
import { description, expectation, quoted } from '../../../edge/contract/sentences.ts'
import { shapeOf } from '../../../edge/contract/shape.ts'
import { Count, DurationMs } from '../../../edge/contract/units.ts'

const says = (schema: Type.TSchema) => expectation(shapeOf(schema))

t.test('numbers say their range and unit', (t) => {
  t.equal(says(DurationMs({ minimum: 1, maximum: 60_000, description: '' })), 'must be an integer from 1 to 60000 (ms)')
  t.equal(says(Count('')), 'must be an integer of 0 or more')
  t.equal(says(Type.Number({ minimum: 0, maximum: 1 })), 'must be a number from 0 to 1')
  t.end()
})

t.test('a union is one sentence, however many branches it has', (t) => {
  t.equal(says(Type.Union([Type.Literal('a'), Type.Literal('b'), Type.Literal('c')])), 'must be "a", "b" or "c"')
  t.equal(
    says(Type.Union([Type.Literal('off'), Type.String({ minLength: 1, maxLength: 9 })])),
    'must be "off" or a text of 1 to 9 characters',
  )
  t.equal(
    says(Type.Union([Type.Object({ type: Type.Literal('x') }), Type.Object({ type: Type.Literal('y') })])),
    'must be a map whose "type" is "x" or "y"',
  )
  t.end()
})

t.test('lists, maps, texts and words say what they may be', (t) => {
  t.equal(says(Type.Array(Type.String(), { minItems: 3, maxItems: 3 })), 'must be a list of exactly 3 items')
  t.equal(says(Type.Array(Type.String(), { maxItems: 9 })), 'must be a list of at most 9 items')
  t.equal(says(Type.Record(Type.String(), Type.String(), { maxProperties: 16 })), 'must be a map of at most 16 members')
  t.equal(says(Type.Object({})), 'must be a map')
  t.equal(says(Type.Boolean()), 'must be true or false')
  t.equal(says(Type.Literal('x')), 'must be "x"')
  t.match(says(Id('')), /^must be a name of lower-case letters, digits/)
  t.equal(says(Type.String({ pattern: '^zz$' })), 'must be a text that matches ^zz$')
  const url = shapeOf(Type.String({ pattern: '^https?://', maxLength: 9 }))
  t.equal(expectation(url, 'ftp://x'), 'must be a URL that begins with http:// or https://')
  t.equal(expectation(url, 'https://too.long'), 'must be a text of at most 9 characters')
  t.end()
})

t.test('a value is described on one short line', (t) => {
  t.same([null, undefined, [1, 2], {}, 'a', 5, true].map(description), ['empty', 'empty', 'a list of 2', 'a map', '"a"', '5', 'true'])
  t.ok(description('x'.repeat(10_000)).length < 80)
  t.end()
})

t.test('no control character and no mark that turns the writing gets through', (t) => {
  t.equal(quoted('a\u001b[31m\n\u009b\u202eb'), '"a\\u001b[31m\\n\\u009b\\u202eb"')
  t.end()
})
