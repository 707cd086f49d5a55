import t from 'tap'
import { parseDocument } from 'yaml'
import { PlainValue } from '../../../edge/contract/plain-value.ts'

function read(text: string, bounds: { maxExpanded?: number; maxProblems?: number } = {}) {
  const plain = new PlainValue(bounds.maxExpanded ?? 10_000, bounds.maxProblems ?? 100)
  const value = plain.read(parseDocument(text, { uniqueKeys: false, stringKeys: true, logLevel: 'silent' }).contents)
  return { value, problems: plain.problems }
}

t.test('maps, lists, scalars and aliases become plain values', (t) => {
  t.strictSame(read('a: [1, x, null, 1.5, true]\nb: &b {c: d}\ne: *b\n404: text\n'), {
    value: { '404': 'text', a: [1, 'x', null, 1.5, true], b: { c: 'd' }, e: { c: 'd' } },
    problems: [],
  })
  t.end()
})

t.test('a field given twice is told where it stands again', (t) => {
  t.same(read('a: 1\nb: 2\na: 3\n').problems, [{ offset: 10, message: 'the field "a" is given twice; keep one of them' }])
  t.end()
})

t.test('tags are refused on values and on names', (t) => {
  t.match(read('a: !!js/function x\n').problems, [{ offset: 17, message: /^the tag .*js\/function.* is not taken/ }])
  t.match(read('a: !own {}\n').problems, [{ message: /"!own"/ }])
  t.match(read('!!str a: 1\n').problems, [{ message: /a field name takes no tag/ }])
  t.end()
})

t.test('aliases that make the document explode are refused', (t) => {
  const lines = ['a0: &a0 [xxxxxxxx]']
  for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${new Array(9).fill(`*a${i - 1}`).join(', ')}]`)
  const { problems } = read(`${lines.join('\n')}\n`)
  t.match(problems, [{ message: /its aliases make too much of it; written out it may have 10000 characters/ }])
  t.end()
})

t.test('an alias without its anchor, or within it, is refused', (t) => {
  t.match(read('base: &base 1\na: *bas\n').problems, [{ message: 'the alias "bas" has no anchor before it; did you mean "base"?' }])
  t.match(read('a: &a {b: *a}\n').problems, [{ message: /within its own anchor/ }])
  t.end()
})

t.test('an alias is the anchor that stood last before it', (t) => {
  t.strictSame(read('a: &x 1\nb: *x\nc: &x 2\nd: *x\n').value, { a: 1, b: 1, c: 2, d: 2 })
  t.end()
})

t.test('a field named __proto__ is a field', (t) => {
  const { value } = read('__proto__: {polluted: 1}\n')
  t.strictSame(Object.keys(value as object), ['__proto__'])
  t.equal(Object.getPrototypeOf(value), Object.prototype)
  t.end()
})

t.test('no more problems are kept than asked for', (t) => {
  t.equal(read('a: 1\n'.repeat(50), { maxProblems: 7 }).problems.length, 7)
  t.end()
})
