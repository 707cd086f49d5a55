import t from 'tap'
import { printable, table } from '../../../../control/cli/table.ts'

t.test('columns are as wide as their widest cell', (t) => {
  t.same(
    table(
      ['ID', 'MODE'],
      [
        ['a', 'closed'],
        ['long-name', 'x'],
      ],
      80,
    ),
    ['ID         MODE', 'a          closed', 'long-name  x'],
  )
  t.end()
})

t.test('no line is longer than the terminal, and the widest column gives way', (t) => {
  const lines = table(['ID', 'REASON', 'LEFT'], [['a', 'x'.repeat(200), '5 min']], 80)
  for (const line of lines) t.ok(line.length <= 80, line)
  t.match(lines[1], /^a {3}x+… +5 min$/)
  t.end()
})

t.test('a missing cell is empty', (t) => {
  t.same(table(['A', 'B'], [['1']], 80), ['A  B', '1'])
  t.end()
})

t.test('control characters reach no terminal', (t) => {
  t.equal(printable('a\x1b[31mb\u202ec\nd'), 'a [31mb c d')
  t.notMatch(table(['A'], [['\x1b]0;x\x07']], 80).join(''), /[\x00-\x1f]/)
  t.end()
})
