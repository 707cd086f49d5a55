// Whatever comes and goes, in whatever order: a bulkhead never has more in flight than it may, loses no slot, and forgets nobody.

import t from 'tap'
import { allocateSlots, KINDS, reclaimSlots, SharedSlots } from '../../edge/base/shared-slots.ts'
import { Bulkhead, type BulkheadRule, type Kind } from '../../edge/resilience/bulkhead.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { SeededRandom } from '../support/seeded-random.ts'

const SCHEDULES = 10_000
const STEPS = 30

interface Holder {
  readonly worker: number
  readonly kind: Kind
}

/** A made-up edge: its workers, who holds slots at them, and who waits. */
class World {
  readonly random: SeededRandom
  readonly clock = new ManualClock()
  readonly memory: SharedArrayBuffer
  readonly rule: BulkheadRule
  readonly bulkheads: Bulkhead[]
  readonly holders: Holder[] = []
  readonly waiting = new Map<number, { readonly worker: number; readonly leave: () => void }>()
  /** In how many ways each wait has ended. */
  readonly ends: number[] = []

  constructor(seed: number) {
    this.random = new SeededRandom(seed)
    const workers = this.random.integer(1, 3)
    this.memory = allocateSlots(1, workers)
    const share = () => this.random.pick([0.1, 0.5, 1])
    const shares = [1, share(), share(), share()]
    this.rule = { maxInFlight: this.random.integer(1, 6), shares, maxQueued: this.random.integer(0, 5) }
    this.bulkheads = Array.from({ length: workers }, (_, worker) => this.#bulkhead(worker))
  }

  step(): void {
    const act = this.random.pick([
      () => this.#come(),
      () => this.#come(),
      () => this.#go(),
      () => this.#leave(),
      () => this.#pass(),
      () => this.#die(),
    ])
    act()
  }

  /** What is wrong now; empty when nothing is. */
  faults(): string {
    const { row } = this.bulkheads[0]!
    if (row.inUse !== this.holders.length) return `${row.inUse} in use, ${this.holders.length} hold a slot`
    if (row.waiting !== this.waiting.size) return `${row.waiting} counted as waiting, ${this.waiting.size} wait`
    if (row.waiting > this.rule.maxQueued) return `${row.waiting} wait`
    if (row.inUse > this.rule.maxInFlight) return `${row.inUse} in use`
    for (let kind = 0; kind < KINDS; kind++) {
      const most = Math.max(1, Math.floor(this.rule.maxInFlight * this.rule.shares[kind]!))
      const held = this.holders.filter((holder) => holder.kind === kind).length
      if (row.inUseBy(kind) !== held || held > most) return `kind ${kind}: ${row.inUseBy(kind)} in use, ${held} held, ${most} allowed`
    }
    return ''
  }

  /** Lets everything end, without the help of any deadline. @returns what is wrong then */
  async end(): Promise<string> {
    for (let round = 0; round < 100 && this.holders.length + this.waiting.size > 0; round++) {
      while (this.holders.length > 0) this.#go()
      if (this.waiting.size > 0) await new Promise(setImmediate)
    }
    if (this.waiting.size > 0) return `${this.waiting.size} wait in vain`
    if (this.ends.some((count) => count !== 1)) return 'a wait ended more than once, or never'
    return this.clock.pending > 0 ? `${this.clock.pending} timers are left` : this.faults()
  }

  #bulkhead(worker: number): Bulkhead {
    return new Bulkhead(new SharedSlots(this.memory, worker).row('shop'), this.rule)
  }

  #come(): void {
    const worker = this.random.integer(0, this.bulkheads.length - 1)
    const kind = this.random.integer(0, KINDS - 1) as Kind
    const bulkhead = this.bulkheads[worker]!
    if (bulkhead.enter(kind)) return void this.holders.push({ worker, kind })
    const nowMs = this.clock.monotonicMs()
    const id = this.ends.length
    this.ends.push(0)
    const patience = { nowMs, deadlineMs: nowMs + this.random.integer(1, 200), timers: this.clock }
    const leave = bulkhead.wait(kind, patience, (end) => {
      this.ends[id]!++
      this.waiting.delete(id)
      if (end === 'in') this.holders.push({ worker, kind })
    })
    if (typeof leave === 'string') this.ends[id]!++
    else if (this.ends[id] === 0) this.waiting.set(id, { worker, leave })
  }

  #go(): void {
    if (this.holders.length === 0) return
    const [{ worker, kind }] = this.holders.splice(this.random.integer(0, this.holders.length - 1), 1) as [Holder]
    this.bulkheads[worker]!.leave(kind, this.random.integer(0, 50))
  }

  #leave(): void {
    const [found] = this.waiting
    if (found === undefined) return
    const [id, { leave }] = found
    this.ends[id]!++
    this.waiting.delete(id)
    leave()
  }

  #pass(): void {
    this.clock.advance(this.random.integer(0, 100))
  }

  // A thread that is gone lets nobody in any more; one here would, so only those die where nobody waits.
  #die(): void {
    const worker = this.random.integer(0, this.bulkheads.length - 1)
    if (this.random.next() > 0.2 || [...this.waiting.values()].some((waiter) => waiter.worker === worker)) return
    for (const holder of this.holders.filter((held) => held.worker === worker)) this.holders.splice(this.holders.indexOf(holder), 1)
    reclaimSlots(this.memory, worker)
    this.bulkheads[worker] = this.#bulkhead(worker)
    // Those of other workers have room now, and hear of it later.
  }
}

/** What goes wrong in the schedule of a seed; empty when nothing does. */
async function played(seed: number): Promise<string> {
  const world = new World(seed)
  for (let step = 0; step < STEPS; step++) {
    world.step()
    const fault = world.faults()
    if (fault !== '') return `seed ${seed}, step ${step}: ${fault}`
  }
  const fault = await world.end()
  return fault === '' ? '' : `seed ${seed}, end: ${fault}`
}

t.test(`${SCHEDULES} schedules of coming, going, leaving, waiting too long and dying lose no slot`, async (t) => {
  const faults: string[] = []
  for (let seed = 1; seed <= SCHEDULES && faults.length < 3; seed++) {
    const fault = await played(seed)
    if (fault !== '') faults.push(fault)
  }
  t.same(faults, [])
})
