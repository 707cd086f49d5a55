// `weir edges`: which edge runs what.

import { formatDurationMs } from '../../edge/contract/units.ts'
import type { EdgeState } from '../domain/edge-state.ts'
import type { ServiceReport } from '../domain/endpoint-source.ts'
import { EXIT } from './cli-error.ts'
import type { Command } from './command.ts'
import { connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS, refuseArgs } from './flags.ts'
import { counted, report } from './report.ts'
import { printable, table } from './table.ts'

interface Answer {
  readonly revision: number
  readonly switchSeq: number
  readonly connected: number
  readonly edges: readonly EdgeState[]
}

/** The command `edges`. */
export const edges: Command = {
  name: 'edges',
  summary: 'show which edge runs which revision, and what is discovered',
  usage: ['edges'],
  flags: CONTROL_FLAGS,
  examples: [],
  async run(call) {
    refuseArgs('edges', call.args)
    const client = await connect(call)
    const [answer, { reports: services = [] }] = await Promise.all([
      fetchValue<Answer>(client, '/v1/edges'),
      fetchValue<{ readonly reports?: readonly ServiceReport[] }>(client, '/v1/endpoints'),
    ])
    const told = [...lines(answer, call.clock.wallMs(), call.terminal.columns), ...services.flatMap(serviceLines)]
    report(call, { ...answer, services }, told)
    return EXIT.done
  },
}

function lines(answer: Answer, nowMs: number, columns: number): string[] {
  const head = `revision ${answer.revision}, switches ${answer.switchSeq}; ${counted(answer.connected, 'edge')} connected`
  if (answer.edges.length === 0) return [head, 'no edge has come yet: start one with `weir edge --config FILE`']
  const headings = ['EDGE', 'STATE', 'REVISION', 'SWITCHES', 'HEARD', 'IN FLIGHT', 'HITS', 'REDIS']
  const rows = answer.edges.map((edge) => [edge.edgeId, ...cells(edge, answer, nowMs)])
  return [head, ...table(headings, rows, columns), ...answer.edges.flatMap(refusals)]
}

function cells(edge: EdgeState, standing: Answer, nowMs: number): string[] {
  const { connection, have, beat, heardAtMs } = edge
  return [
    connection.state,
    have.revision === standing.revision ? String(have.revision) : `${have.revision} behind`,
    have.switchSeq === standing.switchSeq ? String(have.switchSeq) : `${have.switchSeq} behind`,
    `${formatDurationMs(Math.max(0, nowMs - heardAtMs))} ago`,
    beat ? String(beat.inFlight) : '-',
    typeof beat?.hitRatio === 'number' ? `${Math.round(beat.hitRatio * 100)} %` : '-',
    beat?.redis ?? '-',
  ]
}

// What is discovered, since an edge is only as good as the peers it knows of.
function serviceLines({ service, source, peers, ageMs, lastError }: ServiceReport): string[] {
  const heard = ageMs === null ? 'never heard of' : `heard ${formatDurationMs(ageMs)} ago`
  const trouble = lastError === null ? [] : [`  ${source === 'dns' ? 'DNS' : 'Consul'}: ${lastError}; the last known peers stand`]
  return [`service ${service}: ${counted(peers, 'peer')}, ${heard}`, ...trouble].map(printable)
}

// What an edge refused last, and why: the one thing here that somebody has to act on.
function refusals({ edgeId, last }: EdgeState): string[] {
  return Object.entries(last).flatMap(([what, verdict]) => {
    if (verdict.kind !== 'nack') return []
    const problems = verdict.problems.map(({ pointer, message }) => printable(`  ${pointer === '' ? '/' : pointer}  ${message}`))
    return [`${edgeId} refuses ${what} ${verdict.seq}:`, ...problems]
  })
}
