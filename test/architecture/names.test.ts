import t from 'tap'
import { codeOnly, lineAt } from './source-text.ts'
import { type SourceFile, sourceFiles } from './source-tree.ts'

const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*\.ts$/
const EMPTY_NAMES = /^(?:utils?|helpers?|common|misc|index)\.ts$/
const DECLARED = /\b(?:class|interface|type|function|const|let)\s+([A-Za-z_$][\w$]*)/g
const EMPTY_ENDINGS = /(?:Manager|Helper|Utils?|Impl)$/
const I_PREFIX = /^I[A-Z][a-z]/
const CONSOLE = /(?<![.\w])console\.\w+/g
// A terminal program speaks to its terminal; everything else logs through its port.
const MAY_PRINT = 'control/cli/'

function nameFaults({ path, text }: SourceFile): string[] {
  const code = codeOnly(text)
  const folders = path.split('/').slice(0, -1)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const faults = []
  if (!KEBAB_CASE.test(name)) faults.push(`${path}: the file name is not kebab-case`)
  if (EMPTY_NAMES.test(name)) faults.push(`${path}: the file name says nothing about what is in it`)
  for (const folder of folders) if (EMPTY_NAMES.test(`${folder}.ts`)) faults.push(`${path}: the folder ${folder} says nothing`)
  for (const [, declared = ''] of code.matchAll(DECLARED)) {
    if (EMPTY_ENDINGS.test(declared)) faults.push(`${path}: ${declared} does not say what it does`)
    if (I_PREFIX.test(declared)) faults.push(`${path}: ${declared} is the plain noun with an I before it`)
  }
  if (path.startsWith(MAY_PRINT)) return faults
  for (const match of code.matchAll(CONSOLE)) faults.push(`${path}: line ${lineAt(code, match.index)} has ${match[0]}`)
  return faults
}

t.test('files and declarations in edge and control are named for what they are', async (t) => {
  t.same(sourceFiles(['edge', 'control']).flatMap(nameFaults), [])
})

t.test('names that say nothing are refused', async (t) => {
  const faultsOf = (path: string, text = '') => nameFaults({ path, text })
  for (const name of ['utils', 'util', 'helpers', 'common', 'index']) t.equal(faultsOf(`edge/base/${name}.ts`).length, 1, name)
  t.equal(faultsOf('edge/utils/text.ts').length, 1)
  t.equal(faultsOf('edge/base/boundedMap.ts').length, 1)
  const declarations = [
    'class CacheManager {}',
    'interface ILimiter {}',
    'function stringUtils() {}',
    'type RouteHelper = 1',
    'class GcraImpl {}',
  ]
  for (const text of declarations) t.equal(faultsOf('edge/base/a.ts', text).length, 1, text)
})

t.test('names that only look like those are let through', async (t) => {
  const fine = [
    'interface IpRange {}',
    'const utilisation = 1',
    'type Implied = 1',
    'class Managed {}',
    '// class CacheManager',
    'const IO = 1',
  ]
  for (const text of fine) t.same(nameFaults({ path: 'edge/base/common-log.ts', text }), [], text)
})

t.test('only the CLI prints', async (t) => {
  const text = '\nconsole.log(1)'
  t.same(nameFaults({ path: 'edge/base/a.ts', text }), ['edge/base/a.ts: line 2 has console.log'])
  t.same(nameFaults({ path: 'control/cli/check.ts', text }), [])
})
