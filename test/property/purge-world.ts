import type { Entry } from '../../edge/cache/entry.ts'
import { remainingMs } from '../../edge/cache/freshness.ts'
import { entryOf, keptCopy } from '../../edge/cache/kept-copy.ts'
import type { Level } from '../../edge/cache/level.ts'
import { Levels } from '../../edge/cache/levels.ts'
import { MemoryLevel } from '../../edge/cache/memory-level.ts'
import { PurgeFence } from '../../edge/cache/purge-fence.ts'
import { allocateLease, LEASE_MS, PurgeLease } from '../../edge/cache/purge-lease.ts'
import { PurgeTable } from '../../edge/cache/purge-table.ts'
import { routeTag } from '../../edge/cache/tags.ts'
import { everythingUpTo, type Purge, type PurgeOrder } from '../../edge/contract/purge.ts'
import { Fields } from '../../edge/http/fields.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { makeEntry } from '../unit/cache/make-entry.ts'

/** Ways to build the fence wrong, each of which the test must notice. */
export type Breakage = 'none' | 'late-capture' | 'no-catch-up' | 'no-lease' | 'shared-flights' | 'forgetful-log'

const ANY = Fields.of()
const KEYS = ['http://a/x/1', 'http://a/x/2', 'http://a/y\0haccept\x001:t'] as const
const TAGS: Readonly<Record<string, readonly string[]>> = {
  [KEYS[0]]: [routeTag('x'), 'p', 'q'],
  [KEYS[1]]: [routeTag('x'), 'q'],
  [KEYS[2]]: [routeTag('y'), 'p'],
}
const how = (mode: 'soft' | 'hard') => ({ mode, againAfterMs: 0 })

/** A purge with the moment at which it was ordered. */
interface Logged extends Purge {
  readonly step: number
  readonly atMs: number
}
interface Fill {
  readonly key: string
  readonly step: number
  readonly fillSeq: number
  readonly requestedAtMs: number
  readonly flight: string
  /** What the edge went by when each of those who wait came. */
  readonly waiters: number[]
}
type Line = { readonly purges: readonly Purge[] } | { readonly echoAtMs: number }

/** One edge: real fence, table, lease and levels; its control stream is a queue of lines. */
interface Edge {
  table: PurgeTable
  fence: PurgeFence
  lease: PurgeLease
  levels: Levels
  state: 'serving' | 'stopped' | 'starting'
  connected: boolean
  /** Lines on their way to it, in order. */
  inbox: Line[]
  /** The last purge in its inbox. */
  sent: number
  fills: Fill[]
}

/** A control plane, edges, and a Redis between them, whose every step is drawn by chance. */
export class PurgeWorld {
  readonly faults: string[] = []
  readonly #random: SeededRandom
  readonly #breakage: Breakage
  readonly #log: Logged[] = []
  readonly #redis = new Map<string, Entry>()
  readonly #late: (() => void)[] = []
  readonly #born = new WeakMap<object, number>()
  readonly #edges: Edge[]
  #floor = 0
  #step = 0
  #nowMs = 1_000_000

  constructor(random: SeededRandom, breakage: Breakage) {
    this.#random = random
    this.#breakage = breakage
    this.#edges = [this.#start(), this.#start()]
  }

  /** Draws this many steps. */
  run(steps: number): void {
    for (let i = 0; i < steps; i++) {
      this.#step += 1
      this.#nowMs += this.#draw(400)
      const edge = this.#edges[this.#draw(2)]!
      const acts = [this.#purge, this.#begin, this.#begin, this.#finish, this.#finish, this.#hear, this.#hear, this.#beat, this.#write]
      const rare = [this.#look, this.#look, this.#look, this.#trouble]
      const all = [...acts, ...rare]
      all[this.#draw(all.length)]!.call(this, edge)
    }
  }

  #draw(below: number): number {
    return Math.floor(this.#random.next() * below)
  }

  #start(): Edge {
    const lease = new PurgeLease(allocateLease())
    const table = new PurgeTable()
    const fence = new PurgeFence(table, lease)
    const redis: Level = {
      get: (key) => this.#copy(this.#redis.get(key) ?? null),
      // A write may reach Redis long after it was sent, behind those of other edges.
      put: (key, entry) => void this.#late.push(() => this.#redis.set(key, this.#copy(entry)!)),
      delete: () => {},
    }
    const levels = new Levels(new MemoryLevel(1_000_000), redis, fence)
    const edge: Edge = { table, fence, lease, levels, state: 'starting', connected: true, inbox: [], sent: 0, fills: [] }
    this.#connect(edge)
    if (this.#breakage === 'no-catch-up') edge.state = 'serving'
    return edge
  }

  #connect(edge: Edge): void {
    edge.connected = true
    edge.inbox = []
    edge.sent = edge.table.seq
    this.#send(edge)
    edge.inbox.push({ echoAtMs: this.#nowMs })
    edge.lease.suspend()
  }

  #send(edge: Edge): void {
    if (!edge.connected) return
    const floor = edge.sent < this.#floor && this.#breakage !== 'forgetful-log' ? [everythingUpTo(this.#floor)] : []
    const purges = [...floor, ...this.#log.filter(({ seq }) => seq > Math.max(edge.sent, this.#floor))]
    if (purges.length === 0) return
    edge.inbox.push({ purges })
    edge.sent = purges.at(-1)!.seq
  }

  #copy(entry: Entry | null): Entry | null {
    if (entry === null) return null
    const copy = entryOf(keptCopy(entry))
    this.#born.set(copy.body, this.#born.get(entry.body)!)
    return copy
  }

  #purge(): void {
    const mode = this.#draw(3) === 0 ? 'soft' : 'hard'
    const orders: PurgeOrder[] = [
      { by: 'url', url: 'http://a/x/1', ...how(mode) },
      { by: 'url', url: 'http://a/y', ...how(mode) },
      { by: 'tag', tag: 'p', ...how(mode) },
      { by: 'tag', tag: 'q', ...how(mode) },
      { by: 'prefix', prefix: 'http://a/x/', ...how(mode) },
      { by: 'route', route: 'y', ...how(mode) },
      { by: 'all', ...how(mode) },
    ]
    this.#log.push({ seq: this.#log.length + 1, order: orders[this.#draw(orders.length)]!, step: this.#step, atMs: this.#nowMs })
    for (const edge of this.#edges) this.#send(edge)
    if (this.#draw(8) === 0) this.#floor = Math.max(this.#floor, this.#log.length - 2)
  }

  #begin(edge: Edge): void {
    if (edge.state !== 'serving') return
    const key = KEYS[this.#draw(KEYS.length)]!
    const route = TAGS[key]!.slice(0, 1)
    const flight = this.#breakage === 'shared-flights' ? key : `${key}${edge.fence.generation(key, route)}`
    const under = edge.fills.find((fill) => fill.flight === flight)
    if (under !== undefined) return void under.waiters.push(edge.table.seq)
    edge.fills.push({ key, step: this.#step, fillSeq: edge.table.seq, requestedAtMs: this.#nowMs, flight, waiters: [] })
  }

  #finish(edge: Edge): void {
    if (edge.state !== 'serving' || edge.fills.length === 0) return
    const [fill] = edge.fills.splice(this.#draw(edge.fills.length), 1)
    const { key, step, requestedAtMs } = fill!
    const fillSeq = this.#breakage === 'late-capture' ? edge.table.seq : fill!.fillSeq
    const timing = {
      requestedAtMs,
      receivedAtMs: this.#nowMs,
      ageOnReceiptMs: 0,
      lifetimeMs: 10_000_000,
      keepUntilMs: this.#nowMs + 20_000_000,
    }
    const entry = makeEntry({ ...timing, tags: TAGS[key]!, fillSeq, body: new Uint8Array([1, 2]) })
    this.#born.set(entry.body, step)
    for (const went of fill!.waiters) {
      const shared = this.#breakage === 'shared-flights' || edge.fence.mayShare(key, entry)
      if (shared) this.#judge(key, entry, (purge) => purge.seq <= went, 'shared')
    }
    if (!edge.fence.mayKeep(key, entry)) return
    const into = this.#draw(4) === 0 ? 'l2-only' : 'both'
    void edge.levels.store(key, entry, { nowMs: this.#nowMs, into, maxVariants: 4 })
  }

  #hear(edge: Edge): void {
    if (edge.state === 'stopped') return
    const line = edge.inbox.shift()
    if (line === undefined) return
    if ('purges' in line) {
      for (const purge of line.purges) edge.table.add(purge)
      return
    }
    edge.lease.renew(line.echoAtMs)
    edge.state = 'serving'
  }

  #beat(edge: Edge): void {
    if (edge.state !== 'stopped' && edge.connected) edge.inbox.push({ echoAtMs: this.#nowMs })
  }

  #write(): void {
    const [write] = this.#late.splice(this.#draw(this.#late.length + 1), 1)
    write?.()
  }

  #look(edge: Edge): void {
    if (edge.state !== 'serving') return
    const key = KEYS[this.#draw(KEYS.length)]!
    if (this.#breakage === 'no-lease') edge.lease.release()
    const found = edge.levels.lookup(key, ANY, {
      nowMs: this.#nowMs,
      promotion: this.#draw(2) === 0 ? 'leave' : 'promote',
      maxVariants: 4,
      spot: null,
    })
    if (found === null || found instanceof Promise) return
    const applied = edge.table.seq
    // What the edge goes by holds at once; what it may not have heard of holds once the lease has run out.
    const known = (purge: Logged) => purge.seq <= applied || (edge.connected && purge.atMs < this.#nowMs - LEASE_MS)
    this.#judge(key, found.entry, known, found.level)
  }

  #judge(key: string, entry: Entry, counts: (purge: Logged) => boolean, where: string): void {
    if (remainingMs(entry, this.#nowMs) <= 0) return
    const born = this.#born.get(entry.body)!
    const late = this.#log.find((purge) => counts(purge) && purge.step > born && reaches(purge.order, key))
    if (late !== undefined) this.faults.push(`${where} ${key}: filled at step ${born}, purge ${late.seq} at step ${late.step}`)
  }

  #trouble(edge: Edge): void {
    const kind = this.#draw(5)
    if (kind === 0) return void Object.assign(edge, this.#start())
    if (kind === 1 && edge.connected) return void Object.assign(edge, { connected: false, inbox: [] }) // serves on
    if (kind === 2 && !edge.connected && edge.state === 'serving') return this.#connect(edge)
    if (kind === 3 && edge.state === 'serving') return void Object.assign(edge, { state: 'stopped' })
    if (kind === 4 && edge.state === 'stopped') {
      this.#nowMs += 3 * LEASE_MS
      edge.state = 'serving'
    }
  }
}

// Written anew on purpose, after the words of the contract, and not after the table.
function reaches(order: PurgeOrder, key: string): boolean {
  const url = key.split('\0')[0]!
  if (order.by === 'url') return order.url === url
  if (order.by === 'prefix') return url.startsWith(order.prefix)
  if (order.by === 'tag') return TAGS[key]!.includes(order.tag)
  if (order.by === 'route') return TAGS[key]!.includes(routeTag(order.route))
  return order.by === 'all'
}
