// The public suite http-cache-tests, through real edges: what passes must not fall below the bar, and what fails must be listed with its
// reason. `npm run conformance:cache` prints all of it.

import t from 'tap'
import expected from './http-cache/expected.json' with { type: 'json' }
import { measure, SETUPS, startSuiteOrigin } from './http-cache/measure.ts'
import { differences, type Results, score, unexpected } from './http-cache/score.ts'
import { suiteFolder } from './http-cache/suite-package.ts'
import { readSuites } from './http-cache/suites.ts'

t.test('memory, Redis and two edges all pass what they should', async (t) => {
  const folder = await suiteFolder()
  const suites = await readSuites(folder)
  const originPort = await startSuiteOrigin(t, folder)
  const runs = await measure(t, SETUPS, { folder, suites, originPort, expected })
  for (const run of runs) {
    t.same(run.differences, [], run.setup)
    t.comment(`${run.setup}: ${JSON.stringify(run.kinds)}`)
  }
})

const SUITES = [
  {
    id: 's',
    tests: [
      { id: 'a', name: '' },
      { id: 'b', name: '', kind: 'check' },
    ],
  },
] as const
const FAILED = ['Assertion', 'no'] as const
const EXPECTED = { bar: { required: 1, optimal: 0, check: 0 }, failures: [{ reason: 'known', tests: ['b'] }] }

t.test('a result that is not the expected one is told: below the bar, unlisted, listed and passing, missing', async (t) => {
  const told = (results: Results) => differences(score(SUITES, results), EXPECTED)
  t.same(told({ a: true, b: FAILED }), [])
  t.same(told({ a: true, b: true }), ['b is listed as failing, and passes'])
  t.match(told({ b: FAILED }), [/0 of 1 required/, /a fails.*did not run/])
  t.same(unexpected(score(SUITES, { a: FAILED, b: true }), EXPECTED), ['a', 'b'])
})
