import t from 'tap'
import { pathsBelow, readSource, sourceFiles } from './source-tree.ts'

const NO_TWIN = 'test/architecture/no-twin.json'

/** Where the unit test of a source file stands. */
function twinOf(path: string): string {
  return `test/unit/${path.replace(/^edge\//, '').replace(/\.ts$/, '.test.ts')}`
}

type Exceptions = Readonly<Record<string, string>>

function mirrorFaults(sources: readonly string[], tests: readonly string[], exceptions: Exceptions): string[] {
  const there = new Set(tests)
  const missing = sources.filter((path) => !there.has(twinOf(path)) && !(path in exceptions))
  const stale = Object.keys(exceptions).filter((path) => !sources.includes(path) || there.has(twinOf(path)))
  const empty = Object.entries(exceptions).filter(([, reason]) => reason.trim().split(/\s+/).length < 3)
  return [
    ...missing.map((path) => `${path} has no ${twinOf(path)} and no reason in ${NO_TWIN}`),
    ...stale.map((path) => `${NO_TWIN} excuses ${path}, which is gone or has its twin`),
    ...empty.map(([path]) => `${NO_TWIN} gives no reason for ${path}`),
  ]
}

t.test('every source file has its unit test, or a written reason why not', async (t) => {
  const sources = sourceFiles(['edge', 'control']).map(({ path }) => path)
  const exceptions = JSON.parse(readSource(NO_TWIN).text) as Exceptions
  t.same(mirrorFaults(sources, pathsBelow('test/unit'), exceptions), [])
})

t.test('edge stands directly below test/unit, control in its own folder', async (t) => {
  t.equal(twinOf('edge/limit/gcra.ts'), 'test/unit/limit/gcra.test.ts')
  t.equal(twinOf('control/api/server.ts'), 'test/unit/control/api/server.test.ts')
})

t.test('a missing twin, a stale row and a row without a reason are refused', async (t) => {
  const sources = ['edge/a/b.ts', 'edge/a/c.ts']
  t.same(mirrorFaults(sources, ['test/unit/a/b.test.ts', 'test/unit/a/c.test.ts'], {}), [])
  t.match(mirrorFaults(sources, ['test/unit/a/b.test.ts'], {}), [/edge\/a\/c\.ts has no test\/unit\/a\/c\.test\.ts/])
  t.same(mirrorFaults(sources, ['test/unit/a/b.test.ts'], { 'edge/a/c.ts': 'types only, nothing runs' }), [])
  t.match(mirrorFaults(sources, ['test/unit/a/b.test.ts'], { 'edge/a/c.ts': 'later' }), [/no reason for edge\/a\/c\.ts/])
  const reason = 'types only, nothing runs'
  t.match(mirrorFaults(['edge/a/b.ts'], ['test/unit/a/b.test.ts'], { 'edge/a/b.ts': reason, 'edge/gone.ts': reason }), [/a\/b/, /gone/])
})
