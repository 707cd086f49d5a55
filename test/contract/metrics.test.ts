// The metric table against its page and against the rules of Prometheus for names.

import t from 'tap'
import { DURATION_BUCKETS_S, METRICS, type MetricRow } from '../../edge/contract/metrics.ts'
import { textOf } from './read-file.ts'

const table = Object.entries(METRICS) as [string, MetricRow][]

/** The rows of the table in docs/metrics.md by name. */
function pageRows(): Map<string, string[]> {
  const rows = textOf('docs/metrics.md').matchAll(/^\| `(weir_\w+)` \| (.*) \|$/gm)
  return new Map([...rows].map((row) => [row[1]!, row[2]!.split(' | ')]))
}

t.test('the page has exactly the metrics of the table, each with its kind, labels and sentence', (t) => {
  const page = pageRows()
  t.same([...page.keys()].toSorted(), Object.keys(METRICS).toSorted())
  for (const [name, row] of table) t.same(page.get(name), [row.kind, row.labels.map((label) => `\`${label}\``).join(', '), row.help], name)
  t.end()
})

t.test('names say what they count and in which unit', (t) => {
  for (const [name, row] of table) {
    t.match(name, /^weir_[a-z0-9]+(_[a-z0-9]+)*$/)
    t.equal(name.endsWith('_total'), row.kind === 'counter', `${name} ends in _total exactly when it is a counter`)
    if (row.kind === 'histogram') t.match(name, /_seconds$/)
    t.match(row.help, /^[A-Z0-9].*\.$/, name)
  }
  t.end()
})

t.test('labels are few, and none has a name that Prometheus keeps for itself', (t) => {
  for (const [name, row] of table) {
    t.ok(row.labels.length <= 3, name)
    for (const label of row.labels) t.match(label, /^(?!le$|quantile$|__)[a-z][a-z0-9_]*$/, `${name} ${label}`)
  }
  t.end()
})

t.test('buckets grow', (t) => {
  t.same(
    DURATION_BUCKETS_S.toSorted((a, b) => a - b),
    DURATION_BUCKETS_S,
  )
  t.end()
})

t.test('every metric that a page or query names is in the table', (t) => {
  const known = new Set(Object.keys(METRICS))
  const named = textOf('docs/metrics.md').match(/\bweir_\w+/g) ?? []
  const unknown = named.filter((name) => !known.has(name.replace(/_bucket$/, '')))
  t.same(unknown, [])
  t.end()
})
