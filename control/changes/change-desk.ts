// The desk at which changes are taken, whichever door they come in by: read, planned, held against what was purged already, put into
// the purge log, remembered. In this order: a mark that stood before its purge was in the log would hide the change for ever if the
// process ended between the two. Changes are taken one batch at a time, so that within a process none is purged twice.

import type { Metrics } from '../../edge/base/ports.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import type { PurgeOrder } from '../../edge/contract/purge.ts'
import type { ChangeRules } from './change-rules.ts'
import { type ChangePlan, planChange, type RowPlan } from './plan-change.ts'
import type { Appended, PurgeCause, PurgeSink } from './purge-sink.ts'
import { readChange } from './read-change.ts'
import type { RowVersion, VersionMarks } from './version-marks.ts'
import { type Mark, markAfter } from './version-order.ts'

/** What became of a change. */
export interface ChangeOutcome {
  readonly outcome: 'accepted' | 'ignored-older' | 'no-rule' | 'invalid'
  /** Purges that it brought into the log. */
  readonly purges: number
  readonly problems?: readonly Problem[]
}

/** What became of a batch. */
export interface TakenChanges {
  readonly outcomes: readonly ChangeOutcome[]
  /** The sequence number of its last purge; null when it made none. */
  readonly purgeSeq: number | null
}

/** What the desk works with. */
export interface DeskTools {
  /** The rules of the site that stands. */
  readonly rules: () => ChangeRules
  readonly marks: VersionMarks
  readonly purges: PurgeSink
  readonly metrics: Metrics
}

type Read = ChangePlan | { readonly kind: 'unread'; readonly problems: readonly Problem[] }
/** Purges that are put into the log at once, and that are held before they are. */
const SLICE = 1_000

/** Takes changes. */
export class ChangeDesk {
  readonly #tools: DeskTools
  #turn: Promise<unknown> = Promise.resolve()

  constructor(tools: DeskTools) {
    this.#tools = tools
  }

  /**
   * Takes a batch, in its order. When it rejects, some of the batch may be in the log: taking all of it again loses nothing.
   * @param items anything at all, one change each
   * @throws EdgeError as the purge log does
   */
  take(items: readonly unknown[], cause: PurgeCause): Promise<TakenChanges> {
    const taken = this.#turn.then(() => this.#takeAll(items, cause))
    this.#turn = taken.catch(() => {}) // The next one's turn comes all the same; who asked hears of the fault.
    return taken
  }

  async #takeAll(items: readonly unknown[], cause: PurgeCause): Promise<TakenChanges> {
    const rules = this.#tools.rules()
    const outcomes: ChangeOutcome[] = []
    let purgeSeq: number | null = null
    let held: Read[] = []
    let orders = 0
    for (const [index, item] of items.entries()) {
      const read = readItem(item, rules)
      held.push(read)
      if (read.kind === 'planned') for (const row of read.rows) orders += row.orders.size
      if (orders < SLICE && index < items.length - 1) continue
      const flushed = await this.#flush(held, cause)
      outcomes.push(...flushed.outcomes)
      purgeSeq = flushed.purgeSeq ?? purgeSeq
      held = []
      orders = 0
    }
    return { outcomes, purgeSeq }
  }

  async #flush(held: readonly Read[], cause: PurgeCause): Promise<TakenChanges> {
    const { marks, metrics } = this.#tools
    const versions = held.flatMap((read) => (read.kind === 'planned' ? read.rows.flatMap((row) => row.version ?? []) : []))
    const looked = versions.length === 0 ? [] : await marks.look(versions)
    const batch = new Batch(new Map(versions.map((version, index) => [version, looked[index]!])))
    const outcomes = held.map((read) => batch.outcomeOf(read))
    const appended = this.#append([...batch.orders.values()], cause)
    if (appended !== null && !appended.ok) return this.#refused(held, appended.problems, cause)
    for (const labels of batch.counts) metrics.counter('weir_changes_total', labels).add(1)
    if (batch.purged.length > 0) await marks.keep(batch.purged)
    return { outcomes, purgeSeq: appended?.seq ?? null }
  }

  #append(orders: readonly PurgeOrder[], cause: PurgeCause): Appended | null {
    let appended: Appended | null = null
    for (let at = 0; at < orders.length; at += SLICE) {
      appended = this.#tools.purges.append(orders.slice(at, at + SLICE), cause)
      if (!appended.ok) return appended
    }
    return appended
  }

  // One order that the log does not take must not keep those of other changes out: each is then taken by itself.
  async #refused(held: readonly Read[], problems: readonly Problem[], cause: PurgeCause): Promise<TakenChanges> {
    if (held.length === 1) {
      this.#tools.metrics.counter('weir_changes_total', ['', 'invalid']).add(1)
      const told = problems.map(({ message }) => ({ pointer: '', message: `makes a purge that is refused: ${message}` }))
      return { outcomes: [{ outcome: 'invalid', purges: 0, problems: told }], purgeSeq: null }
    }
    const outcomes: ChangeOutcome[] = []
    let purgeSeq: number | null = null
    for (const read of held) {
      const one = await this.#flush([read], cause)
      outcomes.push(...one.outcomes)
      purgeSeq = one.purgeSeq ?? purgeSeq
    }
    return { outcomes, purgeSeq }
  }
}

/** What is new in a batch: to the marks that stand, and to what came before it in the batch. */
class Batch {
  readonly orders = new Map<string, PurgeOrder>()
  readonly purged: RowVersion[] = []
  /** Rule and outcome, for the metrics. */
  readonly counts: (readonly [string, ChangeOutcome['outcome']])[] = []
  readonly #looked: ReadonlyMap<RowVersion, readonly boolean[]>
  readonly #marks = new Map<string, Mark>()

  constructor(looked: ReadonlyMap<RowVersion, readonly boolean[]>) {
    this.#looked = looked
  }

  outcomeOf(read: Read): ChangeOutcome {
    if (read.kind === 'no-rule') {
      this.counts.push(['', 'no-rule'])
      return { outcome: 'no-rule', purges: 0 }
    }
    if (read.kind !== 'planned') {
      this.counts.push([read.kind === 'invalid' ? read.rule : '', 'invalid'])
      return { outcome: 'invalid', purges: 0, problems: read.problems }
    }
    let purges = 0
    let isNew = false
    for (const row of read.rows) {
      const fresh = this.#take(row)
      purges += fresh
      // A row whose columns are all null purges nothing, and is not older than anything either.
      const accepted = fresh > 0 || row.orders.size === 0
      isNew ||= accepted
      this.counts.push([row.rule, accepted ? 'accepted' : 'ignored-older'])
    }
    return { outcome: isNew ? 'accepted' : 'ignored-older', purges }
  }

  /** @returns how many purges of the row are new */
  #take({ orders, version }: RowPlan): number {
    const fresh = [...orders.keys()].filter((purge, index) => version === null || this.#isNew(version, purge, index))
    for (const purge of fresh) this.orders.set(purge, orders.get(purge)!)
    if (version !== null && fresh.length > 0) this.purged.push({ ...version, purges: fresh })
    return fresh.length
  }

  #isNew(version: RowVersion, purge: string, index: number): boolean {
    if (!this.#looked.get(version)![index]) return false
    const key = `${version.row} ${purge}`
    const mark = markAfter(this.#marks.get(key) ?? null, version.version, version.digest)
    if (mark === null) return false
    this.#marks.set(key, mark)
    return true
  }
}

function readItem(item: unknown, rules: ChangeRules): Read {
  const read = readChange(item)
  if (read.kind === 'other') return { kind: 'no-rule' }
  return read.kind === 'invalid' ? { kind: 'unread', problems: read.problems } : planChange(read.change, rules)
}
