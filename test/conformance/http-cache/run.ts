// `npm run conformance:cache [-- --json] [-- --setup memory|redis|two-edges]`: runs the public suite http-cache-tests
// through Weir, prints what passed per class and suite and why the rest did not. Ends with 1 when that is not what `expected.json` says.

import { parseArgs } from 'node:util'
import expected from './expected.json' with { type: 'json' }
import { measure, SETUPS, type Setup, startSuiteOrigin } from './measure.ts'
import { reportText } from './report.ts'
import { suiteFolder } from './suite-package.ts'
import { readSuites } from './suites.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, setup: { type: 'string', multiple: true } },
})
const setups = (values.setup ?? SETUPS) as readonly Setup[]
const teardowns: (() => unknown)[] = []
const scope = { teardown: (end: () => unknown) => teardowns.unshift(end) }

try {
  const folder = await suiteFolder()
  const suites = await readSuites(folder)
  const originPort = await startSuiteOrigin(scope, folder)
  const runs = await measure(scope, setups, { folder, suites, originPort, expected })
  process.stdout.write(values.json ? `${JSON.stringify(runs, null, 2)}\n` : runs.map((run) => reportText(run, expected)).join('\n'))
  process.exitCode = runs.some((run) => run.differences.length > 0) ? 1 : 0
} finally {
  for (const end of teardowns) await end()
}
