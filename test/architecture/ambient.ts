import { codeOnly, importsOf, lineAt } from './source-text.ts'
import type { SourceFile } from './source-tree.ts'

/** What code may reach for only where `PLACES` says so. */
export type Ambient =
  | 'clock'
  | 'timers'
  | 'chance'
  | 'process'
  | 'globals'
  | 'fetch'
  | 'files'
  | 'sockets'
  | 'http'
  | 'threads'
  | 'children'
  | 'undici'
  | 'httpxy'
  | 'ioredis'
  | 'fastify'
  | 'pino'
  | 'consul'
  | 'sqlite'

/** Where something ambient is reached for, and why it may be. */
export interface Place {
  /** A file, or a folder with its slash. */
  readonly place: string
  readonly may: readonly Ambient[]
  readonly reason: string
}

/** The one list of places that may reach outside; everything else takes values and ports. */
export const PLACES: readonly Place[] = [
  {
    place: 'edge/base/system/',
    may: ['clock', 'timers', 'chance', 'process', 'fetch', 'files', 'sockets', 'http', 'threads', 'children', 'undici', 'pino'],
    reason: 'makes the real ports',
  },
  {
    place: 'edge/main.ts',
    may: ['process', 'threads', 'timers', 'files'],
    reason: 'the process: arguments, signals, the files it is started with',
  },
  {
    place: 'edge/worker.ts',
    may: ['process', 'threads', 'files'],
    reason: 'a thread: its data, its messages, the script it hands to Redis',
  },
  { place: 'edge/server/', may: ['sockets', 'http', 'threads'], reason: 'listens, and starts the workers' },
  { place: 'edge/server/unix-socket.ts', may: ['files'], reason: 'a Unix socket is a file' },
  { place: 'edge/upstream/', may: ['undici', 'sockets', 'http', 'httpxy'], reason: 'connects to peers' },
  { place: 'edge/upstream/tunnel.ts', may: ['timers'], reason: 'has the setTimeout that sockets have, which does nothing' },
  { place: 'edge/redis/', may: ['ioredis'], reason: 'the Redis client port' },
  { place: 'edge/redis/one-write.ts', may: ['timers'], reason: 'waits for the end of this turn of the loop, not for time' },
  { place: 'control/main.ts', may: ['process', 'timers', 'files'], reason: 'the process: arguments, signals, folders' },
  { place: 'control/api/', may: ['fastify'], reason: 'the API server' },
  { place: 'control/store/', may: ['sqlite', 'files'], reason: 'the embedded store, whose file is made private before SQLite opens it' },
  { place: 'control/discovery/consul-catalog.ts', may: ['consul', 'http'], reason: 'the Consul client, and its connections' },
  { place: 'control/discovery/system-resolver.ts', may: ['sockets'], reason: 'the resolver of the DNS' },
  { place: 'control/changes/', may: ['ioredis'], reason: 'reads the stream of changes' },
  { place: 'control/client/', may: ['fetch', 'http'], reason: 'the one client of the API, and the one that visits pages' },
  {
    place: 'control/cli/',
    may: ['process', 'children', 'files', 'timers', 'clock', 'sockets'],
    reason: 'a terminal program: arguments, exit codes, files named by the user, progress, whether a port is free',
  },
]

// A name after a dot is a member of something else, e.g. `ports.process`, `request.fetch(…)`.
const CALLS: readonly (readonly [Ambient, RegExp])[] = [
  ['clock', /(?<![.\w])(?:Date\.now\b|new Date\(\)|performance\.(?:now|timeOrigin)\b|Temporal\.Now\b)/g],
  ['timers', /(?<![.\w])(?:setTimeout|setInterval|setImmediate|AbortSignal\.timeout|scheduler\.wait)\b/g],
  ['chance', /(?:(?<![.\w])Math\.random\b|\b(?:randomBytes|randomUUID|randomInt|randomFillSync|getRandomValues)\()/g],
  ['process', /(?<![.\w])process(?:\.|\[)/g],
  ['globals', /(?<![.\w])globalThis\b/g],
  ['fetch', /(?<![.\w])fetch\(/g],
]

const MODULES: Readonly<Record<string, Ambient>> = {
  timers: 'timers',
  process: 'process',
  fs: 'files',
  net: 'sockets',
  tls: 'sockets',
  dns: 'sockets',
  dgram: 'sockets',
  http: 'http',
  https: 'http',
  http2: 'http',
  worker_threads: 'threads',
  cluster: 'threads',
  child_process: 'children',
  sqlite: 'sqlite',
  undici: 'undici',
  httpxy: 'httpxy',
  ioredis: 'ioredis',
  fastify: 'fastify',
  pino: 'pino',
  consul: 'consul',
}

// Parts of such modules that only calculate.
const PURE = new Set(['isIP', 'isIPv4', 'isIPv6', 'BlockList', 'SocketAddress', 'STATUS_CODES', 'METHODS'])

/** Where a file reaches for something that no row of `places` lets it have; `import type` reaches for nothing. */
export function ambientFaults(file: SourceFile, places: readonly Place[] = PLACES): string[] {
  const allowed = new Set(places.filter(({ place }) => isAt(file.path, place)).flatMap(({ may }) => may))
  return reaches(file)
    .filter(({ ambient }) => !allowed.has(ambient))
    .map(({ ambient, shown }) => `${file.path}: ${shown} (${ambient})`)
}

function isAt(path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place
}

type Reach = { readonly ambient: Ambient; readonly shown: string }

function reaches({ text }: SourceFile): Reach[] {
  const code = codeOnly(text)
  const called = CALLS.flatMap(([ambient, pattern]) =>
    [...code.matchAll(pattern)].map((match) => ({ ambient, shown: `line ${lineAt(code, match.index)} has ${match[0]}` })),
  )
  const imported = importsOf(text).flatMap(({ to, isTypeOnly, names }) => {
    const ambient = MODULES[to.replace(/^node:/, '').split('/')[0] as string]
    const isPure = isTypeOnly || (names.length > 0 && names.every((name) => PURE.has(name) || name.startsWith('type ')))
    return ambient && !isPure ? [{ ambient, shown: `imports ${to}` }] : []
  })
  return [...called, ...imported]
}
