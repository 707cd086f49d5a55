import t from 'tap'
import { MAX_DOCUMENT_BYTES, readDocument } from '../../../edge/contract/document.ts'

function value(text: string): unknown {
  const reading = readDocument(text)
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return reading.value
}

function refusal(text: string): string[] {
  const reading = readDocument(text)
  return reading.ok ? [] : reading.problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`)
}

t.test('YAML 1.2 and JSON give the same value', (t) => {
  t.strictSame(value('a: [1, two]\nb: {c: null}\n'), { a: [1, 'two'], b: { c: null } })
  t.strictSame(value('{\n\t"a": [1, "two"],\n\t"b": {"c": null}\n}\n'), { a: [1, 'two'], b: { c: null } })
  t.strictSame(value('\ufeff{"slash": "\\/", "e": "\\u00e9"}'), { slash: '/', e: 'é' })
  t.end()
})

t.test('words of YAML 1.1 are plain texts: off is off, not false', (t) => {
  t.strictSame(value('a: off\nb: yes\nc: 012\nd: 1:30\n<<: x\n'), { a: 'off', b: 'yes', c: 12, d: '1:30', '<<': 'x' })
  t.end()
})

t.test('an empty text is an empty value', (t) => {
  t.equal(value(''), null)
  t.equal(value('# only a comment\n'), null)
  t.end()
})

t.test('errors of syntax come with line and column', (t) => {
  t.match(refusal('a: 1\nb: [1,\n'), [/^3:1 is not valid YAML: /])
  t.match(refusal('a:\n\tb: 1\n'), [/^2:1 is indented with a tab; YAML takes spaces only/])
  t.match(refusal('a: 1\n? [x]\n: 2\n'), [/^2:3 is no field name/])
  t.end()
})

t.test('a field given twice is refused', (t) => {
  t.same(refusal('a: 1\nb:\n  c: 1\n  c: 2\n'), ['4:3 the field "c" is given twice; keep one of them'])
  t.end()
})

t.test('a second document is refused', (t) => {
  t.match(refusal('a: 1\n---\nb: 2\n'), [/^2:1 is a second document/])
  t.end()
})

t.test('another version of YAML is refused', (t) => {
  t.match(refusal('%YAML 1.1\n---\na: yes\n'), [/^1:1 is YAML 1.1; write YAML 1.2/])
  t.strictSame(value('%YAML 1.2\n---\na: 1\n'), { a: 1 })
  t.end()
})

t.test('64 levels are read, 65 are refused, and 5,000 do not break the stack', (t) => {
  t.ok(value('['.repeat(64) + ']'.repeat(64)))
  t.same(refusal('['.repeat(65) + ']'.repeat(65)), ['1:65 is nested too deep; at most 64 levels are read'])
  t.match(refusal('['.repeat(5_000)), [/nested too deep/])
  t.match(refusal('- '.repeat(5_000)), [/nested too deep/])
  t.match(refusal('{a: '.repeat(5_000)), [/nested too deep/])
  t.end()
})

t.test('a document of more than 16 MiB is refused, counted in bytes', (t) => {
  t.match(refusal('x'.repeat(MAX_DOCUMENT_BYTES + 1)), [/^1:1 is too large; a document has at most 16777216 bytes/])
  t.match(refusal('€'.repeat(MAX_DOCUMENT_BYTES / 2)), [/too large/])
  t.end()
})

t.test('aliases are bounded by what they would be written out', (t) => {
  const lines = ['a0: &a0 [xxxxxxxx]']
  for (let i = 1; i < 12; i++) lines.push(`a${i}: &a${i} [${new Array(9).fill(`*a${i - 1}`).join(', ')}]`)
  t.match(refusal(lines.join('\n')), [/aliases make too much of it/])
  t.end()
})

t.test('many fields on one level are read in linear time', (t) => {
  const text = Array.from({ length: 5_000 }, (_, i) => `k${i}: 1`).join('\n')
  t.equal(Object.keys(value(text) as object).length, 5_000)
  t.end()
})

t.test('at most 100 problems are told, in the order of the text', (t) => {
  const told = refusal('] '.repeat(500))
  t.equal(told.length, 100)
  t.match(told[0], /^1:1 /)
  t.end()
})

t.test('places: a field at its name, an item where it begins, what is missing at what should hold it', (t) => {
  const reading = readDocument(
    '# site\nroutes:\n  r:\n    path: /x\n    limits: [a,\n      b]\n    "a/b~c": 1\n  e:\nbase: &b\n  x: 1\nsame: *b\n',
  )
  if (!reading.ok) throw new Error('refused')
  const places = [
    '',
    '/routes',
    '/routes/r/path',
    '/routes/r/limits/1',
    '/routes/r/a~1b~0c',
    '/routes/r/pool',
    '/routes/e/pool',
    '/nowhere',
    '/same/x',
  ]
  t.same(
    places.map((pointer) => Object.values(reading.positionOf(pointer)).join(':')),
    ['2:1', '2:1', '4:5', '6:7', '7:5', '3:3', '8:3', '2:1', '10:3'],
  )
  t.same({ ...(readDocument('') as { positionOf(pointer: string): object }).positionOf('/a') }, { line: 1, column: 1 })
  t.end()
})
