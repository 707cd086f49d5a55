import t from 'tap'
import { countResults } from '../../support/count-results.ts'

const tap = (...lines: readonly string[]) => ['TAP version 14', ...lines, '1..1', '# time=3ms', ''].join('\n')

t.test('counts what a file holds directly, not the assertions inside', async (t) => {
  const text = tap('# Subtest: first', '    ok 1 - equal', '    ok 2 - equal', 'ok 1 - first # time=1ms', '', 'ok 2 - second')
  t.same(countResults(text), { passed: 2, failed: 0 })
})

t.test('a failed test counts once, whatever failed inside', async (t) => {
  const text = tap('    not ok 1 - equal', '    not ok 2 - equal', 'not ok 1 - first', 'ok 2 - second')
  t.same(countResults(text), { passed: 1, failed: 1 })
})

t.test('a file without a result of its own counts as one failure', async (t) => {
  t.same(countResults(''), { passed: 0, failed: 1 })
  t.same(countResults('TAP version 14\n    ok 1 - equal\n1..0 # no tests found\n'), { passed: 0, failed: 1 })
})

t.test('a skipped or postponed test counts as failed', async (t) => {
  const text = tap('ok 1 - first # SKIP', 'ok 2 - second # TODO later', 'ok 3 - costs #1 # time=1ms')
  t.same(countResults(text), { passed: 1, failed: 2 })
})

t.test('lines quoted in diagnostics are not results', async (t) => {
  const text = tap('not ok 1 - first', '  ---', 'ok 7 - quoted', '  --- expected', '  ...', 'ok 2 - second')
  t.same(countResults(text), { passed: 1, failed: 1 })
})
