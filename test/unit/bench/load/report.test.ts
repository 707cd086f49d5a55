import t from 'tap'
import { type ReportRow, report } from '../../../../bench/load/report.ts'
import type { Figures, Sample } from '../../../../bench/load/sample.ts'

const contenders: readonly ReportRow[] = [
  { name: 'edge', label: 'Edge', cases: ['hit-l1', 'pass', 'idle'] },
  { name: 'peer', label: 'Peer', cases: ['hit-l1', 'pass', 'idle'] },
  { name: 'one', label: '1 worker', cases: ['workers'] },
  { name: 'two', label: '2 workers', cases: ['workers'] },
]
const sample = (contender: string, benchCase: Sample['benchCase'], round: number, figures: Figures): Sample => ({
  contender,
  benchCase,
  round,
  figures,
})
const rowOf = (text: string, label: string): string[] => text.split('\n').filter((line) => line.startsWith(`| ${label} |`))

t.test('cases beside peers share their tables, ratios are beside the named peer', async (t) => {
  const samples = [
    sample('edge', 'pass', 1, { cpuUs: 40, requestsPerSecond: 20_000, answerBytes: 1_400, answerFields: 13 }),
    sample('peer', 'pass', 1, { cpuUs: 20, requestsPerSecond: 40_000 }),
    sample('edge', 'pass', 2, { cpuUs: 42, requestsPerSecond: 21_000, answerBytes: 1_400, answerFields: 13 }),
    sample('peer', 'pass', 2, { cpuUs: 14, requestsPerSecond: 40_000 }),
  ]
  const text = report(samples, { cases: ['hit-l1', 'pass'], contenders, peer: 'peer' })
  t.match(text, '| | hit-l1 | pass |')
  t.same(rowOf(text, 'Edge'), [
    '| Edge | – | 41.0 (40.0–42.0) |',
    '| Edge | – | 2.50 (2.00–3.00) |',
    '| Edge | – | 20,500 (20,000–21,000) |',
    '| Edge | – | 1,400 (13) |',
  ])
  t.equal(rowOf(text, 'Peer')[1], '| Peer | – | 1.00 |', 'what is the same in each round stands there once')
  t.notMatch(text, /worker|idle/, 'cases that were not chosen have no table')
})

t.test('a case without the peer is beside its own first contender', async (t) => {
  const samples = [
    sample('one', 'workers', 1, { cpuUs: 20, capacityPerSecond: 50_000, requestsPerSecond: 45_000, fewestConnections: 64 }),
    sample('two', 'workers', 1, { cpuUs: 22, capacityPerSecond: 90_000, requestsPerSecond: 63_000, fewestConnections: 30 }),
  ]
  const text = report(samples, { cases: ['workers'], contenders, peer: 'peer' })
  t.match(text, '÷ 1 worker, same round')
  t.same(rowOf(text, '2 workers'), ['| 2 workers | 22.0 | 90,000 | 1.80 | 63,000 | 1.40 | 30 | – |'])
  t.notMatch(text, /Edge|Peer/)
})
