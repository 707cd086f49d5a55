import type { BenchCase } from './cases.ts'
import { FIRST_CONNECTIONS } from './idle.ts'
import { besideReference, type Figure, type Sample, valuesOf } from './sample.ts'
import { type Column, FORMATS, type Format, type Row, spreadCell, table } from './table.ts'

/** A contender as the tables need it. */
export interface ReportRow extends Row {
  readonly cases: readonly BenchCase[]
}

/** What the tables show. */
export interface Layout {
  readonly cases: readonly BenchCase[]
  readonly contenders: readonly ReportRow[]
  /** The contender that ratios are taken beside; in a case without it, the first of that case. */
  readonly peer: string
}

/** Whom a table is about, and beside whom its ratios are taken. */
interface Comparison {
  readonly cases: readonly BenchCase[]
  readonly rows: readonly ReportRow[]
  readonly reference: ReportRow
}

/** Cases that share their tables, each table a column for each case; every other case has a table of its own. */
const PEER_CASES: readonly BenchCase[] = ['hit-l1', 'hit-l2', 'pass', 'limited', 'tls']

/** The Markdown tables of the chosen cases. */
export function report(samples: readonly Sample[], layout: Layout): string {
  const tablesOf = (cases: readonly BenchCase[], tables: (samples: readonly Sample[], comparison: Comparison) => readonly string[]) => {
    const comparison = comparisonOf(cases, layout)
    return comparison ? tables(samples, comparison) : []
  }
  return [
    ...tablesOf(PEER_CASES, peerTables),
    ...tablesOf(['routes'], routesTable),
    ...tablesOf(['workers'], workersTable),
    ...tablesOf(['idle'], idleTable),
  ].join('\n')
}

function comparisonOf(wanted: readonly BenchCase[], { cases: chosen, contenders, peer }: Layout): Comparison | undefined {
  const cases = wanted.filter((name) => chosen.includes(name))
  const rows = contenders.filter((row) => row.cases.some((name) => cases.includes(name)))
  const reference = rows.find(({ name }) => name === peer) ?? rows[0]
  return reference && { cases, rows, reference }
}

function peerTables(samples: readonly Sample[], { cases, rows, reference }: Comparison): readonly string[] {
  const beside = besideReference(samples, 'cpuUs', reference.name)
  const columns = (shown: readonly Sample[], figure: Figure, format: Format) =>
    cases.map((benchCase) => figureColumn(shown, benchCase, { head: benchCase, figure, format }))
  return [
    table('CPU µs of the proxy per answered request', rows, columns(samples, 'cpuUs', FORMATS.micros)),
    table(`CPU ÷ CPU of ${reference.label} in the same round`, rows, columns(beside, 'cpuUs', FORMATS.ratio)),
    table('Requests/s', rows, columns(samples, 'requestsPerSecond', FORMATS.whole)),
    table(
      'One answer: bytes with its head (fields in the head)',
      rows,
      cases.map((benchCase) => answerColumn(samples, benchCase)),
    ),
  ]
}

function routesTable(samples: readonly Sample[], { rows, reference }: Comparison): readonly string[] {
  const beside = besideReference(samples, 'cpuUs', reference.name)
  return [
    table('Routes: the same load on a small and on a large site', rows, [
      figureColumn(samples, 'routes', { head: 'CPU µs per answer', figure: 'cpuUs', format: FORMATS.micros }),
      figureColumn(beside, 'routes', { head: `÷ ${reference.label}, same round`, figure: 'cpuUs', format: FORMATS.ratio }),
      figureColumn(samples, 'routes', { head: 'requests/s', figure: 'requestsPerSecond', format: FORMATS.whole }),
    ]),
  ]
}

function workersTable(samples: readonly Sample[], { rows, reference }: Comparison): readonly string[] {
  const capacity = besideReference(samples, 'capacityPerSecond', reference.name)
  const seen = besideReference(samples, 'requestsPerSecond', reference.name)
  const ratioHead = `÷ ${reference.label}, same round`
  const column = (from: readonly Sample[], head: string, figure: Figure, format: Format) =>
    figureColumn(from, 'workers', { head, figure, format })
  return [
    table('Workers: capacity, and what was seen', rows, [
      column(samples, 'CPU µs per answer', 'cpuUs', FORMATS.micros),
      column(samples, 'capacity, answers/s', 'capacityPerSecond', FORMATS.whole),
      column(capacity, ratioHead, 'capacityPerSecond', FORMATS.ratio),
      column(samples, 'requests/s seen', 'requestsPerSecond', FORMATS.whole),
      column(seen, ratioHead, 'requestsPerSecond', FORMATS.ratio),
      column(samples, 'connections, worker with fewest', 'fewestConnections', FORMATS.whole),
      column(samples, 'with most', 'mostConnections', FORMATS.whole),
    ]),
  ]
}

function idleTable(samples: readonly Sample[], { rows, reference }: Comparison): readonly string[] {
  const beside = besideReference(samples, 'bytesPerConnection', reference.name)
  const column = (from: readonly Sample[], head: string, figure: Figure, format: Format) =>
    figureColumn(from, 'idle', { head, figure, format })
  return [
    table('Memory of idle kept-alive connections', rows, [
      column(samples, `MiB with the first ${FORMATS.whole(FIRST_CONNECTIONS)}`, 'rssBeforeBytes', FORMATS.mebibytes),
      column(samples, 'MiB with all', 'rssAfterBytes', FORMATS.mebibytes),
      column(samples, 'bytes per further connection', 'bytesPerConnection', FORMATS.whole),
      column(beside, `÷ ${reference.label}, same round`, 'bytesPerConnection', FORMATS.ratio),
    ]),
  ]
}

interface FigureColumn {
  readonly head: string
  readonly figure: Figure
  readonly format: Format
}

function figureColumn(samples: readonly Sample[], benchCase: BenchCase, { head, figure, format }: FigureColumn): Column {
  return { head, cell: ({ name }) => spreadCell(valuesOf(samples, name, benchCase, figure), format) }
}

function answerColumn(samples: readonly Sample[], benchCase: BenchCase): Column {
  const cell = ({ name }: Row) => {
    const bytes = valuesOf(samples, name, benchCase, 'answerBytes')
    const fields = valuesOf(samples, name, benchCase, 'answerFields')
    return bytes.length === 0 ? '–' : `${spreadCell(bytes, FORMATS.whole)} (${spreadCell(fields, FORMATS.whole)})`
  }
  return { head: benchCase, cell }
}
