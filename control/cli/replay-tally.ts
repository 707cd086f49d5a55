// What came of a replay: statuses, latencies, and in what the answers were not those that were expected.

import type { Outcome } from '../client/replay-sender.ts'
import type { Expected, ReplayDone } from './replay-run.ts'

/** In what two answers differ. */
export const REPLAY_DIFFERENCES = ['status', 'length', 'body'] as const
/** In what two answers differ. */
export type ReplayDifference = (typeof REPLAY_DIFFERENCES)[number]

/** A request whose answer was not the expected one. */
export interface ReplayExample {
  readonly method: string
  readonly target: string
  readonly differences: readonly { readonly kind: ReplayDifference; readonly expected: string; readonly got: string }[]
}

/** What came of a replay. */
export interface ReplayResult {
  readonly sent: number
  readonly failed: number
  readonly statuses: Readonly<Record<string, number>>
  /** From the due time to the end of the answer, ms. */
  readonly latencyMs: Quantiles
  /** From sending to the end of the answer, ms. */
  readonly serviceMs: Quantiles
  /** How late requests were sent, ms. */
  readonly lateMs: Quantiles
  readonly compared: number
  readonly different: number
  readonly differences: Readonly<Record<ReplayDifference, number>>
  readonly examples: readonly ReplayExample[]
  /** Sentences of failures, with their counts. */
  readonly failures: Readonly<Record<string, number>>
}

/** Quantiles of a list of durations. */
export interface Quantiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly max: number
}

const MAX_EXAMPLES = 20
/** Sentences of failures told apart. */
const MAX_FAILURES = 20

/** Counts what comes of a replay. */
export class ReplayTally {
  readonly #latencies: number[] = []
  readonly #services: number[] = []
  readonly #lates: number[] = []
  readonly #statuses = new Map<string, number>()
  readonly #failures = new Map<string, number>()
  readonly #differences: Record<ReplayDifference, number> = { status: 0, length: 0, body: 0 }
  readonly #examples: ReplayExample[] = []
  #failed = 0
  #compared = 0
  #different = 0

  /** Requests that are over. */
  get sent(): number {
    return this.#latencies.length
  }

  /** Requests that got no whole answer. */
  get failed(): number {
    return this.#failed
  }

  /** Answers that were not the expected ones. */
  get different(): number {
    return this.#different
  }

  /** One request is over. */
  note({ request, outcome, expected, latencyMs, lateMs }: ReplayDone): void {
    this.#latencies.push(latencyMs)
    this.#services.push(outcome.tookMs)
    this.#lates.push(lateMs)
    if (outcome.kind === 'failed') {
      this.#failed += 1
      const sentence = this.#failures.has(outcome.sentence) || this.#failures.size < MAX_FAILURES ? outcome.sentence : 'others'
      add(this.#failures, sentence)
      return
    }
    add(this.#statuses, String(outcome.status))
    if (expected === null) return
    this.#compared += 1
    const differences = differencesOf(expected, outcome)
    if (differences.length === 0) return
    this.#different += 1
    for (const { kind } of differences) this.#differences[kind] += 1
    const { method, target } = request
    if (this.#examples.length < MAX_EXAMPLES) this.#examples.push({ method, target, differences })
  }

  /** All of it, as data. */
  result(): ReplayResult {
    return {
      sent: this.sent,
      failed: this.#failed,
      statuses: Object.fromEntries([...this.#statuses].sort()),
      latencyMs: quantiles(this.#latencies),
      serviceMs: quantiles(this.#services),
      lateMs: quantiles(this.#lates),
      compared: this.#compared,
      different: this.#different,
      differences: this.#differences,
      examples: this.#examples,
      failures: Object.fromEntries(this.#failures),
    }
  }
}

function differencesOf(expected: Expected, got: Extract<Outcome, { kind: 'answered' }>): ReplayExample['differences'] {
  if (expected.status !== got.status) return [{ kind: 'status', expected: String(expected.status), got: String(got.status) }]
  if (expected.bytes !== null && expected.bytes !== got.bytes) {
    return [{ kind: 'length', expected: String(expected.bytes), got: String(got.bytes) }]
  }
  if (expected.digest === null || expected.digest === got.digest) return []
  return [{ kind: 'body', expected: expected.digest, got: got.digest }]
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

// The smallest value that so great a part of all does not exceed.
function quantiles(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => Math.round((sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0) * 10) / 10
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}
