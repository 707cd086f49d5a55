// `weir endpoints`: what discovery found, how fresh it is, what is held, and the word that ends a hold.

import { formatDurationMs } from '../../edge/contract/units.ts'
import type { HoldReport, HoldVerdict, PeerDifference, ServiceReport, SomePeers } from '../domain/endpoint-source.ts'
import type { Confirmation } from '../push/ack-waits.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call, Command } from './command.ts'
import { confirmationText, DEFAULT_WAIT_MS, WAIT_FLAG, WAIT_SLACK_MS } from './confirmation.ts'
import { answerOf, connect, fetchValue } from './connect.ts'
import { CONTROL_FLAGS } from './flags.ts'
import { counted, report } from './report.ts'
import { timeLeft } from './standing.ts'
import { printable, table } from './table.ts'

interface Answer {
  readonly seq: number
  readonly reports: readonly ServiceReport[]
}

interface Decided {
  readonly hold: HoldReport
  readonly edges: Confirmation
}

/** The command `endpoints`. */
export const endpoints: Command = {
  name: 'endpoints',
  summary: 'show what is discovered and held; accept or refuse what is held',
  usage: [
    'endpoints',
    'endpoints accept SERVICE [--hold NUMBER] [--reason TEXT]',
    'endpoints refuse SERVICE [--hold NUMBER] [--reason TEXT]',
  ],
  flags: {
    hold: { value: 'NUMBER', help: 'only if this hold still stands; `weir endpoints` shows its number' },
    reason: { value: 'TEXT', help: 'why, for who reads it at night' },
    ...WAIT_FLAG,
    ...CONTROL_FLAGS,
  },
  examples: [
    'endpoints accept shop --hold 3 --reason "half of the fleet is gone for good"',
    'endpoints refuse shop --reason "Consul was restarted"',
  ],
  async run(call) {
    const [verb, service, ...more] = call.args
    if (verb === undefined) return list(call)
    if (verb !== 'accept' && verb !== 'refuse') throw usageError(`endpoints takes accept or refuse; it is ${JSON.stringify(verb)}`)
    if (service === undefined || more.length > 0)
      throw usageError(`endpoints ${verb} takes the name of one service: weir endpoints ${verb} shop`)
    return decide(call, verb, service)
  },
}

async function decide(call: Call, verdict: HoldVerdict, service: string): Promise<number> {
  const hold = call.flags.text('hold')
  if (hold !== undefined && !/^[1-9][0-9]{0,14}$/.test(hold)) throw usageError(`--hold must be a number; it is ${JSON.stringify(hold)}`)
  const waitMs = call.flags.durationMs('wait') ?? DEFAULT_WAIT_MS
  const client = await connect(call)
  const body = { service, ...(hold === undefined ? {} : { hold: Number(hold) }), reason: call.flags.text('reason') ?? '' }
  const path = `/v1/endpoints/${verdict}?waitMs=${waitMs}`
  const { value } = answerOf(await client.call<Decided>({ method: 'POST', path, body, timeoutMs: waitMs + WAIT_SLACK_MS }))
  const { kept, listed } = value.hold
  const done =
    verdict === 'accept'
      ? `${service}: ${counted(kept.count, 'peer')} let go, ${listed} left: ${confirmationText(value.edges, 'in force')}`
      : `${service}: ${counted(kept.count, 'peer')} kept until the answer recovers, or is accepted`
  report(call, value, [printable(done)])
  return EXIT.done
}

async function list(call: Call): Promise<number> {
  const answer = await fetchValue<Answer>(await connect(call), '/v1/endpoints')
  const nowMs = call.clock.wallMs()
  const rows = answer.reports.map((each) => [
    each.service,
    each.source,
    String(each.peers),
    each.ageMs === null ? 'never' : `${formatDurationMs(each.ageMs)} ago`,
    each.index ?? '-',
    heldCell(each.hold, nowMs),
    each.difference === null ? '-' : `${formatDurationMs(Math.max(0, nowMs - each.difference.atMs))} ago`,
  ])
  const headings = ['SERVICE', 'SOURCE', 'PEERS', 'HEARD', 'INDEX', 'HELD', 'CHANGED']
  const shown = table(headings, rows, call.terminal.columns)
  const lines = answer.reports.flatMap((each) => detailLines(each, nowMs))
  report(call, answer, rows.length === 0 ? ['no pool discovers anything'] : [...shown, ...lines])
  return EXIT.done
}

function heldCell(hold: HoldReport | null, nowMs: number): string {
  if (hold === null) return '-'
  return hold.untilMs === null ? 'until a word' : timeLeft(hold.untilMs, nowMs)
}

// What somebody may have to act on, and what happened last.
function detailLines({ service, hold, difference, lastError }: ServiceReport, nowMs: number): string[] {
  const lines = [
    ...(hold === null ? [] : holdLines(service, hold, nowMs)),
    ...(difference === null ? [] : [`${service} changed: ${differenceText(difference)}`]),
    ...(lastError === null || hold !== null ? [] : [`${service}: ${lastError}; the last known peers stand`]),
  ]
  return lines.map(printable)
}

function holdLines(service: string, { id, untilMs, refused, listed, kept }: HoldReport, nowMs: number): string[] {
  const ends = refused ? 'refused, kept until the answer recovers' : endText(untilMs, nowMs)
  return [
    `${service} held: ${counted(listed, 'peer')} listed, ${kept.count} more kept; ${ends}`,
    `  kept: ${peersText(kept)}`,
    `  weir endpoints accept ${service} --hold ${id}   or   weir endpoints refuse ${service} --hold ${id}`,
  ]
}

function endText(untilMs: number | null, nowMs: number): string {
  return untilMs === null ? 'only a word lets them go' : `they are let go in ${timeLeft(untilMs, nowMs)}`
}

function differenceText({ added, removed, changed }: PeerDifference): string {
  const parts = [
    ['added', added],
    ['removed', removed],
    ['changed', changed],
  ] as const
  return parts.flatMap(([what, peers]) => (peers.count === 0 ? [] : [`${what} ${peersText(peers)}`])).join('; ')
}

function peersText({ count, addresses }: SomePeers): string {
  const more = count - addresses.length
  return `${addresses.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
