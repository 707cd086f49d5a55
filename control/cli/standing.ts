// What degrade and limit share: orders that stand for a while, and how the board that holds them is shown and changed.

import { MAX_STANDING_MS } from '../../edge/contract/switchboard.ts'
import { DAY_MS, formatDurationMs, SECOND_MS } from '../../edge/contract/units.ts'
import type { ApiCall } from '../client/api-client.ts'
import type { Confirmation } from '../push/ack-waits.ts'
import { EXIT, usageError } from './cli-error.ts'
import type { Call } from './command.ts'
import { confirmationText, DEFAULT_WAIT_MS, edgeProblemLines, WAIT_FLAG, WAIT_SLACK_MS } from './confirmation.ts'
import { answerOf, connect } from './connect.ts'
import { CONTROL_FLAGS, type FlagTable } from './flags.ts'
import { report } from './report.ts'
import { printable } from './table.ts'

/** Flags of what stands for a while. */
export const STANDING_FLAGS: FlagTable = {
  for: { value: 'DURATION', help: 'how long it stands, e.g. 30m; it ends by itself' },
  reason: { value: 'TEXT', help: 'why, for who reads it at night' },
  ...WAIT_FLAG,
  ...CONTROL_FLAGS,
}

/** How long an order stands and why. @throws CliError when either is missing */
export function termOf(call: Call): { readonly forMs: number; readonly reason: string } {
  const forMs = call.flags.durationMs('for')
  if (forMs === undefined) throw usageError('say how long it stands: --for 30m')
  if (forMs < SECOND_MS || forMs > MAX_STANDING_MS)
    throw usageError(`--for must be from 1s to ${MAX_STANDING_MS / DAY_MS}d; it is ${call.flags.text('for')}`)
  const reason = call.flags.text('reason')
  if (reason === undefined || reason.trim() === '') throw usageError('say why, for who reads it at night: --reason "…"')
  return { forMs, reason }
}

/** Sends an order or takes it back, and says what the edges made of it. @param done what was done, for the line */
export async function changeBoard(call: Call, order: Pick<ApiCall, 'method' | 'path' | 'body'>, done: string): Promise<number> {
  const waitMs = call.flags.durationMs('wait') ?? DEFAULT_WAIT_MS
  const client = await connect(call)
  const path = `${order.path}${order.path.includes('?') ? '&' : '?'}waitMs=${waitMs}`
  const wanted = { ...order, path, timeoutMs: waitMs + WAIT_SLACK_MS }
  const { value } = answerOf(await client.call<{ readonly seq: number; readonly edges: Confirmation }>(wanted))
  report(call, value, [`${done}: ${confirmationText(value.edges, 'in force')}`])
  for (const line of edgeProblemLines(value.edges)) call.terminal.err(printable(line))
  return value.edges.nacked > 0 ? EXIT.refused : EXIT.done
}

/** How much of a term is left, as people read it. */
export function timeLeft(expiresAtMs: number, nowMs: number): string {
  return expiresAtMs <= nowMs ? 'over' : formatDurationMs(expiresAtMs - nowMs)
}
