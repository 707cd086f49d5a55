import type { Abort } from '../../../edge/base/abort.ts'
import { systemClock, systemTimers } from '../../../edge/base/system/clock.ts'
import { systemFiles } from '../../../edge/base/system/files.ts'
import { type EdgeBootstrap, EdgeBootstrapSchema } from '../../../edge/contract/bootstrap.ts'
import { validate } from '../../../edge/contract/validate.ts'
import type { Body } from '../../../edge/http/body.ts'
import { Fields } from '../../../edge/http/fields.ts'
import type { Answer, Incoming, Reply, Sent } from '../../../edge/pipeline/exchange.ts'
import { Listeners } from '../../../edge/server/listeners.ts'
import type { ManualClock } from '../../support/manual-clock.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'

/** A bootstrap on any free port of loopback, with the defaults of the schema. */
export function bootstrapOf(more: Partial<EdgeBootstrap> = {}): EdgeBootstrap {
  const valid = validate(EdgeBootstrapSchema, {
    listen: '127.0.0.1:0',
    admin: 'off',
    stateDir: 'off',
    accessLog: 'off',
    workers: 1,
    ...more,
  })
  if (!valid.ok) throw new Error(JSON.stringify(valid.problems))
  return valid.value
}

/** A request as the listener handed it on. */
export interface Taken {
  readonly incoming: Incoming
  readonly reply: Reply
  readonly wanted: Abort
}

/** A listener whose requests the test answers. */
export interface StartedListener {
  readonly listener: Listeners
  readonly port: number
  readonly taken: readonly Taken[]
  readonly faults: readonly string[]
  readonly metrics: RecordingMetrics
  /** Counts what broke this rule of the wire. */
  refusals(rule: string): number
}

/** What a listener asks of the edge around it, where a test says something of it. */
export interface Around {
  /** Moves all deadlines; without one, time is the machine's. */
  readonly clock?: ManualClock
  readonly isTrusted?: (address: string) => boolean
  readonly pressure?: { readonly level: number }
}

/** Starts a listener; `answer` is called for each request, and answers now, later or never. Drained when the test ends. */
export async function startListener(
  t: Scope,
  answer: (taken: Taken) => void,
  more: Partial<EdgeBootstrap> = {},
  { clock, isTrusted = () => false, pressure = { level: 0 } }: Around = {},
): Promise<StartedListener> {
  const taken: Taken[] = []
  const faults: string[] = []
  const metrics = new RecordingMetrics()
  const listener = new Listeners({
    bootstrap: bootstrapOf(more),
    clock: clock ?? systemClock,
    timers: clock ?? systemTimers,
    files: systemFiles,
    isTrusted,
    pressure,
    log: new RecordingLog(),
    metrics,
    onRequest(incoming, reply, wanted) {
      const one = { incoming, reply, wanted }
      taken.push(one)
      answer(one)
    },
    onFault: (code) => faults.push(code),
  })
  t.teardown(async () => {
    let drained = false
    const draining = listener.drain(0).then(() => {
      drained = true
    })
    // Neither a timer nor a connection that nobody reads keeps the process of a test alive.
    const look = () => {
      clock?.advance(1)
      return drained
    }
    await until(look, { what: 'the listener to be drained' })
    await draining
  })
  const [bound] = await listener.listen([{ listener: 0, port: null, fd: null, sharing: 'alone' }])
  const refusals = (rule: string) => metrics.value('weir_wire_refusals_total', [rule])
  return { listener, port: bound!.port, taken, faults, metrics, refusals }
}

/** An answer with its body at hand, or one that streams. */
export function answerOf(
  body: Body | null,
  more: Partial<Omit<Answer, 'fields' | 'body'>> & { fields?: Record<string, string> } = {},
): Answer {
  return { status: more.status ?? 200, fields: Fields.of(more.fields ?? {}), body, servedBy: more.servedBy ?? 'origin' }
}

/** How a reply ended. */
export async function sentOf(sending: Promise<Sent> | Sent): Promise<Sent> {
  return sending
}
