import { Abort } from '../../edge/base/abort.ts'
import { createBackground } from '../../edge/base/background.ts'
import { ByteBudget } from '../../edge/base/byte-budget.ts'
import type { Blobs } from '../../edge/base/ports.ts'
import { allocateCells, SharedCells } from '../../edge/base/shared-cells.ts'
import { breakerInARow } from '../../edge/breaker/in-a-row.ts'
import { CodedBodies } from '../../edge/cache/coded-bodies.ts'
import { FillLeases } from '../../edge/cache/fill-leases.ts'
import { Flights } from '../../edge/cache/flights.ts'
import { HotTraffic } from '../../edge/cache/hot-traffic.ts'
import type { Level } from '../../edge/cache/level.ts'
import { Levels } from '../../edge/cache/levels.ts'
import { MemoryLevel } from '../../edge/cache/memory-level.ts'
import { Refreshes } from '../../edge/cache/refreshes.ts'
import { StaticCopies } from '../../edge/cache/static-copies.ts'
import { WritePurges } from '../../edge/cache/write-purges.ts'
import { compile, type Told } from '../../edge/config/compile.ts'
import { createRegistries, type Registries } from '../../edge/config/registries.ts'
import type { Snapshot } from '../../edge/config/snapshot.ts'
import { EMPTY_ENDPOINTS } from '../../edge/contract/publication.ts'
import type { PurgeOrder } from '../../edge/contract/purge.ts'
import { SiteSchema } from '../../edge/contract/site.ts'
import { EMPTY_SWITCHBOARD, type Switchboard } from '../../edge/contract/switchboard.ts'
import { validate } from '../../edge/contract/validate.ts'
import type { Body } from '../../edge/http/body.ts'
import { Fields } from '../../edge/http/fields.ts'
import { askedOf } from '../../edge/pipeline/asked.ts'
import { BodiesInUse } from '../../edge/pipeline/bodies-in-use.ts'
import { ConnectionMemory } from '../../edge/pipeline/connection-memory.ts'
import type { Asked, Exchange, Incoming, Tools } from '../../edge/pipeline/exchange.ts'
import { handle } from '../../edge/pipeline/handle.ts'
import { identify } from '../../edge/pipeline/identify.ts'
import { LineMetrics } from '../../edge/pipeline/line-metrics.ts'
import { match } from '../../edge/pipeline/match.ts'
import { normalise } from '../../edge/pipeline/normalise.ts'
import { split } from '../../edge/pipeline/split.ts'
import { newWhy } from '../../edge/pipeline/why.ts'
import type { RedisPort } from '../../edge/redis/redis-port.ts'
import { script } from '../../edge/redis/script.ts'
import { Batches } from '../../edge/resilience/batches.ts'
import { WebsocketLane } from '../../edge/upstream/websocket-lane.ts'
import { ManualClock } from './manual-clock.ts'
import { MemoryFiles } from './memory-files.ts'
import { openFence } from './open-fence.ts'
import { RecordingLog } from './recording-log.ts'
import { RecordingMetrics } from './recording-metrics.ts'
import { RecordingReply } from './recording-reply.ts'
import { ScriptedUpstream } from './scripted-upstream.ts'
import { SeededRandom } from './seeded-random.ts'

/** An agent that no list takes for a crawler. */
export const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** A request by its interesting parts: a person's `GET / HTTP/1.1` to `shop.example` where nothing is said. */
export interface Asking {
  readonly method?: string
  readonly target?: string
  /** Beside Host and User-Agent, which they may replace; null leaves a field out. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>
  readonly body?: Body
  readonly from?: string
  readonly version?: Incoming['httpVersion']
  readonly upgrade?: Incoming['upgrade']
}

/** An exchange with its ends at hand. */
export interface MadeExchange extends Exchange {
  readonly reply: RecordingReply
}

/** The site that a line serves where a test says nothing: two peers, one route that keeps answers. */
export const TWO_PEERS = {
  pools: { shop: { peers: [{ address: '127.0.0.1:1001' }, { address: '127.0.0.1:1002' }] } },
  routes: { all: { path: '/*', pool: 'shop' } },
}

/** What an edge was told, from the interesting parts of a site. @throws Error when the schema refuses it */
export function toldOf(site: object, switchboard: Switchboard = EMPTY_SWITCHBOARD, revision = 1): Told {
  const valid = validate(SiteSchema, site)
  if (!valid.ok) throw new Error(`the site of this test is not valid: ${JSON.stringify(valid.problems)}`)
  return { revision, site: valid.value, switchboard, endpoints: EMPTY_ENDPOINTS }
}

/** Registries of a worker, for tests that compile. */
export function makeRegistries(): Registries {
  const random = new SeededRandom()
  return createRegistries(new SharedCells(allocateCells(1_024, random)), random)
}

/** What a line has beside its site. */
export interface LineOptions {
  readonly switchboard?: Switchboard
  readonly far?: Level
  /** Where copies of pages are kept; nowhere where nothing is said. */
  readonly blobs?: Blobs
  /** Where edges take turns to fetch; nowhere where nothing is said. */
  readonly redis?: RedisPort
  /** What it may hold of bodies on their way; plenty where nothing is said. */
  readonly bufferMaxBytes?: number
}

/** A whole line over fakes: a site, a scripted upstream, a real memory cache, a clock that the test moves. */
export class Line {
  readonly clock = new ManualClock()
  readonly log = new RecordingLog()
  readonly accessLog = new RecordingLog()
  readonly metrics = new RecordingMetrics()
  readonly upstream = new ScriptedUpstream(this.clock)
  readonly mirrorUpstream = new ScriptedUpstream(this.clock)
  readonly memory = new MemoryLevel(10_000_000)
  readonly forgotten: string[] = []
  readonly purgedEverywhere: PurgeOrder[] = []
  readonly fence = openFence()
  /** How overloaded the worker is; the test says so. */
  readonly pressure = { level: 0, retryAfterMs: 2_000 }
  readonly budget: ByteBudget
  readonly registries = makeRegistries()
  readonly tools: Tools
  snapshot: Snapshot
  #ids = 0

  constructor(site: object = TWO_PEERS, options: LineOptions = {}) {
    this.budget = new ByteBudget(options.bufferMaxBytes ?? 10_000_000)
    this.snapshot = compile(toldOf(site, options.switchboard), this.registries)
    const levels = new Levels(this.memory, options.far ?? null, this.fence)
    this.tools = {
      edgeId: 'edge-1',
      clock: this.clock,
      timers: this.clock,
      random: new SeededRandom(),
      log: this.log,
      accessLog: this.accessLog,
      metrics: new LineMetrics(this.metrics),
      levels,
      hot: new HotTraffic(1),
      codedBodies: new CodedBodies(1_000_000, this.metrics),
      copies: options.blobs === undefined ? null : new StaticCopies({ ...this.#ports(), blobs: options.blobs, maxBytes: 1_000_000 }),
      siblingTurns: null,
      fillLeases: options.redis === undefined ? null : this.#leases(options.redis),
      flights: new Flights(
        { clock: this.clock, timers: this.clock, random: new SeededRandom() },
        { maxFlights: 100, maxMarks: 100, markMs: 2_000 },
      ),
      refreshes: new Refreshes(),
      batches: new Batches({ clock: this.clock, timers: this.clock }),
      fence: this.fence,
      upstream: this.upstream,
      mirrorUpstream: this.mirrorUpstream,
      websockets: new WebsocketLane({ clock: this.clock, timers: this.clock, files: new MemoryFiles(), metrics: this.metrics }),
      background: createBackground(this.log, this.metrics),
      pressure: this.pressure,
      budget: this.budget,
      bodiesInUse: new BodiesInUse(this.budget),
      purge: (orders) => this.fence.purgeHere(orders, this.clock.wallMs()),
      writePurges: new WritePurges(this.#ports(), (orders) => this.purgedEverywhere.push(...orders)),
      forget: (key) => {
        this.forgotten.push(key)
        this.fence.forget(key, this.clock.wallMs())
        this.tools.background('cache.forget', Promise.resolve(levels.delete(key)))
      },
      shareFill: (_key, entry) => entry,
    }
  }

  #ports() {
    return { clock: this.clock, timers: this.clock, log: this.log, metrics: this.metrics }
  }

  #leases(redis: RedisPort): FillLeases {
    const breaker = breakerInARow({ failures: 5, openMs: 1_000 })
    return new FillLeases({
      ...this.#ports(),
      timers: this.clock,
      random: new SeededRandom(),
      redis,
      breaker,
      keyPrefix: 'weir:',
      script: script('fill-lease', '-'),
    })
  }

  /** An exchange that has just begun. */
  exchange(asking: Asking = {}, tools: Partial<Tools> = {}): MadeExchange {
    const { method = 'GET', target = '/', headers = {}, body = null, from = '198.51.100.7', version = '1.1', upgrade = null } = asking
    const lines = Object.entries({ Host: 'shop.example', 'User-Agent': BROWSER, ...headers }).filter(([, value]) => value !== null)
    const wanted = new Abort()
    this.#ids += 1
    return {
      id: `x-${this.#ids}`,
      startedAtMs: this.clock.wallMs(),
      startedMonotonicMs: this.clock.monotonicMs(),
      incoming: {
        method,
        target,
        httpVersion: version,
        scheme: 'http',
        fields: Fields.of(Object.fromEntries(lines) as Record<string, string | string[]>),
        body,
        peerAddress: from,
        certificate: null,
        memory: new ConnectionMemory(),
        upgrade,
      },
      reply: new RecordingReply(method, wanted),
      snapshot: this.snapshot,
      tools: { ...this.tools, ...tools },
      why: newWhy(this.snapshot.revision),
      wanted,
    }
  }

  /** An exchange read as far as its route. */
  asked(asking: Asking = {}): { readonly asked: Asked; readonly x: MadeExchange } {
    const x = this.exchange(asking)
    const request = normalise(x)
    const client = identify(request, x)
    return { asked: askedOf(request, client, split(match(request, client, x), request, client, x)), x }
  }

  /** Serves a request to its end. @returns what the client got, and the line in the access log */
  async ask(asking: Asking = {}) {
    const x = this.exchange(asking)
    await handle(x)
    return this.told(x)
  }

  /** What came of an exchange that is over. */
  told(x: MadeExchange) {
    const { status, fields, servedBy } = x.reply.answers[0]!
    const logged = this.accessLog.lines.find((line) => line.id === x.id)!
    return { status, fields, servedBy, text: x.reply.text, logged, cacheStatus: fields.get('cache-status') }
  }

  /** Requests in flight at all peers of all pools. */
  get atPeers(): number {
    return [...this.snapshot.pools.values()].flatMap((pool) => pool.peers).reduce((sum, peer) => sum + peer.inFlight, 0)
  }
}

/** Lets promises that can settle do so. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
