import { existsSync, readFileSync } from 'node:fs'
import type { TestEdge } from './edge.ts'
import type { Scope } from './scope.ts'
import { until } from './until.ts'

/** A process has to start, on a machine that has other things to do. */
const STARTS_WITHIN_MS = 60_000

type Upgradable = Pick<TestEdge, 'pid' | 'output'>

/** An edge that replaces itself by a successor; each of them writes where the first one does. */
export class UpgradedEdge {
  readonly #edge: Upgradable
  /** Process ids, the first edge's first. */
  readonly #pids: number[]

  constructor(t: Scope, edge: Upgradable) {
    this.#edge = edge
    this.#pids = [edge.pid]
    // Before the edge itself is ended: its streams stay open as long as its successors live.
    t.teardown(() => this.#end())
  }

  /** Process id of the one that serves. */
  get pid(): number {
    return this.#pids.at(-1) as number
  }

  /** Lets it start its successor, and waits until that one serves; the old one may have something to finish. */
  async begin(): Promise<void> {
    process.kill(this.pid, 'SIGUSR2')
    const upgrades = () => [...this.#edge.output.matchAll(/"event":"upgrade-done","pid":(\d+)/g)].map(([, pid]) => Number(pid))
    await until(() => upgrades().length === this.#pids.length, { what: 'the successor to serve', deadlineMs: STARTS_WITHIN_MS })
    this.#pids.push(upgrades().at(-1) as number)
  }

  /** Lets it start its successor, and waits until that one serves and the old one is gone. */
  async upgrade(): Promise<void> {
    const old = this.pid
    await this.begin()
    await until(() => isGone(old), { what: 'the old edge to be gone' })
  }

  async #end(): Promise<void> {
    if (this.#pids.length === 1 || isGone(this.pid)) return
    process.kill(this.pid, 'SIGTERM')
    await until(() => isGone(this.pid), { what: 'the successor to end' })
  }
}

/** Whether a process that need not be our child has ended; nobody may have asked for its exit code yet. */
function isGone(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return true
  return /^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}
