import t from 'tap'
import { Flags } from '../../../../control/cli/flags.ts'
import { counted, problemLines, report, shownDate } from '../../../../control/cli/report.ts'

t.test('lines for people, one JSON value for programs', (t) => {
  const said: string[] = []
  const terminal = { out: (line: string) => void said.push(line), err: () => {}, columns: 80, interactive: false, draw: () => {} }
  report({ terminal, flags: new Flags(new Map()) }, { a: 1 }, ['one', 'two'])
  report({ terminal, flags: new Flags(new Map([['json', ['']]])) }, { a: 1 }, ['one'])
  t.same(said, ['one', 'two', '{\n  "a": 1\n}'])
  t.end()
})

t.test('counts, dates and problems as people read them', (t) => {
  t.same([counted(0, 'edge'), counted(1, 'edge'), counted(2, 'edge')], ['0 edges', '1 edge', '2 edges'])
  t.equal(shownDate(Date.UTC(2026, 4, 6, 7, 8, 9)), '2026-05-06 07:08:09')
  t.same(problemLines('f', [{ pointer: '', message: 'a', line: 1, column: 2 }]), ['f:1:2  /  a'])
  t.end()
})
