import type { Abort } from '../../edge/base/abort.ts'
import { type EdgeBootstrap, EdgeBootstrapSchema } from '../../edge/contract/bootstrap.ts'
import { validate } from '../../edge/contract/validate.ts'
import type { Body } from '../../edge/http/body.ts'
import { Fields } from '../../edge/http/fields.ts'
import type { Answer, Incoming, Reply, Sent } from '../../edge/pipeline/exchange.ts'
import type { ConnectionHost, HeldConnection } from '../../edge/server/connection-host.ts'
import { ManualClock } from './manual-clock.ts'
import { readBody } from './read-body.ts'
import { RecordingLog } from './recording-log.ts'
import { RecordingMetrics } from './recording-metrics.ts'

/** A request as a connection handed it on, and how the test's answer to it ended. */
export interface HostedRequest {
  readonly incoming: Incoming
  readonly reply: Reply
  readonly wanted: Abort
}

/** Answers a request now, later or never. */
export type HostScript = (request: HostedRequest) => unknown

/** What stands in for a listener: holds connections, hands their requests to the test, and keeps count. */
export class ScriptedHost implements ConnectionHost {
  readonly bootstrap: EdgeBootstrap
  /** It stands still, so that how fast the machine is decides nothing; `sweep` says how late it is. */
  readonly clock = new ManualClock(Date.now())
  readonly timers = this.clock
  readonly log = new RecordingLog()
  readonly metrics = new RecordingMetrics()
  readonly dateLine = 'Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n'
  readonly requests: HostedRequest[] = []
  readonly faults: string[] = []
  readonly held = new Set<HeldConnection>()
  draining = false
  readonly #script: HostScript

  constructor(script: HostScript = answerOk, more: Partial<EdgeBootstrap> = {}) {
    const valid = validate(EdgeBootstrapSchema, { admin: 'off', stateDir: 'off', accessLog: 'off', workers: 1, ...more })
    if (!valid.ok) throw new Error(JSON.stringify(valid.problems))
    this.bootstrap = valid.value
    this.#script = script
  }

  /** Targets of the requests so far. */
  get targets(): string[] {
    return this.requests.map(({ incoming }) => incoming.target)
  }

  onRequest(incoming: Incoming, reply: Reply, wanted: Abort): void {
    const request = { incoming, reply, wanted }
    this.requests.push(request)
    this.#script(request)
  }

  onFault(code: string): void {
    this.faults.push(code)
  }

  add(connection: HeldConnection): void {
    this.held.add(connection)
  }

  remove(connection: HeldConnection): void {
    this.held.delete(connection)
  }

  /** Lets all connections look at the time, as if it were so many ms later. */
  sweep(laterMs = 0): void {
    const nowMs = this.clock.monotonicMs() + laterMs
    for (const connection of this.held) connection.sweep(nowMs)
  }
}

/** An answer by its interesting parts. */
export function answerOf(body: Body | null, fields: Record<string, string | readonly string[]> = {}, status = 200): Answer {
  return { status, fields: Fields.of(fields), body, servedBy: 'origin' }
}

/** Sends an answer and waits for how that ends. */
export async function sendTo({ reply }: HostedRequest, answer: Answer): Promise<Sent> {
  return reply.send(answer)
}

/** Answers 200 without content. */
export function answerOk({ reply }: HostedRequest): unknown {
  return reply.send(answerOf(null))
}

/** Reads a request body to its end: its text, or the code of the fault it ended with. */
export async function readRequestBody(body: Body | null): Promise<{ text: string; fault: string | null }> {
  const { text, fault } = await readBody(body)
  return { text, fault: fault === null ? null : ((fault as { code?: string }).code ?? String(fault)) }
}
