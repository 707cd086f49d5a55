import t from 'tap'
import { Scanner, TOKEN } from '../../../edge/http/scanner.ts'

t.test('reads forward what matches right here, else stays', async (t) => {
  const scanner = new Scanner('ab =\t"c\\"d",')
  t.equal(scanner.take(TOKEN), 'ab')
  t.equal(scanner.take(TOKEN), null)
  t.notOk(scanner.eat('='))
  scanner.skipSpaces()
  t.ok(scanner.eat('='))
  scanner.skipSpaces()
  t.equal(scanner.next, '\t', 'a tab is no space')
  scanner.skipBlanks()
  t.equal(scanner.quotedString(), 'c"d')
  t.notOk(scanner.done)
  t.ok(scanner.eat(','))
  t.ok(scanner.done)
  t.equal(scanner.next, '')
  t.notOk(scanner.eat('x'))
})

t.test('a quoted string that is open or holds controls is not read', async (t) => {
  for (const text of ['"a', '"a\\"', '"a\0"', '"a\\\0"', '"a\nb"', 'a"b"', '']) t.equal(new Scanner(text).quotedString(), null)
  t.equal(new Scanner('""').quotedString(), '')
})

t.test('long quoted strings cost linear time', async (t) => {
  const startMs = performance.now()
  for (const piece of ['a', '\\"', '\\a', 'a\\\\']) {
    t.type(new Scanner(`"${piece.repeat(300_000)}"`).quotedString(), 'string')
    t.equal(new Scanner(`"${piece.repeat(300_000)}`).quotedString(), null)
  }
  t.ok(performance.now() - startMs < 5_000)
})
