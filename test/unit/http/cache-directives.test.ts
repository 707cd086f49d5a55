import t from 'tap'
import { type Directive, readDirectives } from '../../../edge/http/cache-directives.ts'

function read(line: string): Directive[] {
  const found: Directive[] = []
  readDirectives(line, (directive) => found.push(directive))
  return found
}

t.test('names, tokens and quoted strings are read in order', async (t) => {
  t.same(read('A, b=c ,d="e, \\"f\\"" , g='), [
    { name: 'a', value: null, spaced: false },
    { name: 'b', value: 'c', spaced: false },
    { name: 'd', value: 'e, "f"', spaced: false },
    { name: 'g', value: '', spaced: false },
  ])
})

t.test('a blank beside the equals sign is reported', async (t) => {
  for (const line of ['a =b', 'a= b', 'a\t=\tb']) t.same(read(line), [{ name: 'a', value: 'b', spaced: true }], line)
})

t.test('an open quote ends where it began', async (t) => {
  t.same(
    read('a="b, c').map(({ name, value }) => [name, value]),
    [
      ['a', ''],
      ['c', null],
    ],
  )
})

t.test('long hostile lines cost linear time', async (t) => {
  const startMs = performance.now()
  for (const piece of ['a=",', 'a="\\",', '="', '"', '\\"', 'a="b', ',', ' ', '=', 'a="x",', ';']) {
    readDirectives(piece.repeat(100_000), () => undefined)
    readDirectives(`a="${piece.repeat(100_000)}`, () => undefined)
  }
  t.ok(performance.now() - startMs < 5_000, 'a quadratic scan would take minutes')
})
