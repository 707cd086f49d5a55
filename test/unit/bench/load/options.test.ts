import t from 'tap'
import { DEFAULT_CASES } from '../../../../bench/load/cases.ts'
import { type Options, readOptions } from '../../../../bench/load/options.ts'

const NAMES = ['weir', 'nginx-lua']
const read = (...args: string[]) => readOptions(args, NAMES) as Options

t.test('a run that names nothing takes all, and writes the page', async (t) => {
  const options = read()
  t.match(options, { rounds: 5, cases: DEFAULT_CASES, bootstrap: {}, accessLog: 'off', setup: 'run' })
  t.same(options.only, NAMES)
  t.match(options.outFile, /docs\/benchmarks\.md$/)
})

t.test('a part of the tables, or an edge of its own kind, is only printed', async (t) => {
  for (const args of [
    ['--case', 'pass'],
    ['--only', 'weir'],
    ['--bootstrap', '{"workers":2}'],
  ])
    t.equal(read(...args).outFile, undefined)
  t.equal(read('--case', 'pass', '--out', 'page.md').outFile, 'page.md')
  t.equal(read('--out', '-').outFile, undefined)
})

t.test('cases come in the order of the tables, those that are taken when asked among them', async (t) => {
  t.same(read('--case', 'tls,hit-l1').cases, ['hit-l1', 'tls'])
})

t.test('what cannot be is refused by name', async (t) => {
  t.throws(() => read('--case', 'fast'), /--case fast: one or more of hit-l1, /)
  t.throws(() => read('--seconds', '0.5'), /--seconds 0.5: a whole number/)
  t.throws(() => read('--connections', '70000'), /from 1 to 60000/)
  for (const text of ['[', '7', '[]', 'null']) t.throws(() => read('--bootstrap', text), /a JSON object is wanted/, text)
})
