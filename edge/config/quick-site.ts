// Quick mode: `weir proxy --to URL` as an ordinary bootstrap and an ordinary site. Its flags are a stable interface.

import { parseArgs } from 'node:util'
import { acceptSite } from '../contract/accept-site.ts'
import { type EdgeBootstrap, EdgeBootstrapSchema } from '../contract/bootstrap.ts'
import { formatProblem } from '../contract/read-site.ts'
import type { Site } from '../contract/site.ts'
import { parseDurationMs, parseRate, parseSizeBytes } from '../contract/units.ts'
import { validate } from '../contract/validate.ts'

/** What `weir proxy` prints for --help. */
export const QUICK_USAGE = `weir proxy --to URL [--to URL …]: one edge in front of URLs, without a file or a control plane

  --to URL              an origin, http://host:port; several are balanced
  --listen ADDRESS      where to take requests (127.0.0.1:8080; port 0 takes any free one)
  --admin ADDRESS|off   where /livez, /readyz and /metrics answer (off)
  --workers N           worker threads (one per core)
  --redis URL           second cache level, redis://host:port
  --l1 SIZE|off         memory cache, such as 64MB (64MB)
  --no-cache            keep nothing
  --limit RATE          requests of one address, such as 100/s; more get 429
  --balance KIND        hash, rr or least (hash, by path)
  --head-timeout TIME   until the head of a request is here (10s)
  --origin-timeout TIME silence of the origin (30s)
  --print-site          print the site this stands for, and end
`

/** What the flags of quick mode stand for. */
export type Quick =
  | { readonly kind: 'run'; readonly bootstrap: EdgeBootstrap; readonly site: Site }
  | { readonly kind: 'print'; readonly site: Site }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problems: readonly string[] }

const BALANCE: ReadonlyMap<string, string> = new Map([
  ['hash', 'consistent-hash'],
  ['rr', 'round-robin'],
  ['least', 'least-request'],
])

/**
 * Who has no file has no rules to give: what a shared cache may keep by the standard is kept, but nothing with a cookie. There may be no Redis, and
 * who tries an edge with curl is a crawler by its agent: it should see the cache work.
 */
const QUICK_CACHE = {
  crawlerFills: 'all',
  heuristicRatio: 0.1,
  statuses: 'standard',
  targetedFields: ['Weir-Cache-Control', 'CDN-Cache-Control', 'Surrogate-Control'],
} as const

const OPTIONS = {
  to: { type: 'string', multiple: true },
  listen: { type: 'string', default: '127.0.0.1:8080' },
  admin: { type: 'string', default: 'off' },
  workers: { type: 'string', default: '0' },
  redis: { type: 'string' },
  l1: { type: 'string', default: '64MB' },
  'no-cache': { type: 'boolean', default: false },
  limit: { type: 'string' },
  balance: { type: 'string', default: 'hash' },
  'head-timeout': { type: 'string', default: '10s' },
  'origin-timeout': { type: 'string', default: '30s' },
  'print-site': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

type Flags = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; strict: true }>>['values']

/** Reads the flags of `weir proxy`. @param args those behind the verb @throws never */
export function quickSite(args: readonly string[]): Quick {
  let flags: Flags
  try {
    flags = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values
  } catch (cause) {
    return { kind: 'wrong', problems: [cause instanceof Error ? cause.message : String(cause)] }
  }
  if (flags.help) return { kind: 'help' }
  const problems = flagProblems(flags)
  if (problems.length > 0) return { kind: 'wrong', problems }
  const site = acceptSite(siteOf(flags))
  const bootstrap = validate(EdgeBootstrapSchema, bootstrapOf(flags))
  const found = [...(site.ok ? [] : site.problems), ...(bootstrap.ok ? [] : bootstrap.problems)]
  if (!site.ok || !bootstrap.ok) return { kind: 'wrong', problems: found.map((problem) => formatProblem('flags', problem)) }
  return flags['print-site'] ? { kind: 'print', site: site.value } : { kind: 'run', bootstrap: bootstrap.value, site: site.value }
}

function flagProblems(flags: Flags): string[] {
  const problems: string[] = []
  if ((flags.to ?? []).length === 0) problems.push('--to is missing: name an origin, such as --to http://127.0.0.1:3000')
  for (const url of flags.to ?? [])
    if (originOf(url) === null) problems.push(`--to ${url} is no origin; it would be like http://127.0.0.1:3000, without a path`)
  if (new Set((flags.to ?? []).map((url) => originOf(url)?.scheme)).size > 1)
    problems.push('--to mixes http and https; all origins of one pool speak the same')
  if (flags.limit !== undefined && parseRate(flags.limit) === null)
    problems.push(`--limit ${flags.limit} is no rate; it would be like 100/s or 6000/m`)
  if (!BALANCE.has(flags.balance)) problems.push(`--balance ${flags.balance} is not known; it would be hash, rr or least`)
  if (flags.l1 !== 'off' && parseSizeBytes(flags.l1) === null) problems.push(`--l1 ${flags.l1} is no size; it would be like 64MB, or off`)
  if (!/^[0-9]{1,3}$/.test(flags.workers)) problems.push(`--workers ${flags.workers} is no number of workers; it would be like 2`)
  for (const name of ['head-timeout', 'origin-timeout'] as const) {
    if (parseDurationMs(flags[name]) === null) problems.push(`--${name} ${flags[name]} is no time; it would be like 10s or 500ms`)
  }
  return problems
}

function originOf(text: string): { scheme: 'http' | 'https'; address: string } | null {
  const found = /^(https?):\/\/([^/?#@\s]+)\/?$/.exec(text)
  if (found === null) return null
  const scheme = found[1] as 'http' | 'https'
  const address = /:[0-9]+$/.test(found[2]!) ? found[2]! : `${found[2]}:${scheme === 'https' ? 443 : 80}`
  return { scheme, address }
}

function siteOf(flags: Flags): unknown {
  const origins = flags.to!.map((url) => originOf(url)!)
  const originTimeoutMs = parseDurationMs(flags['origin-timeout'])!
  const https = origins[0]!.scheme === 'https'
  const pool = {
    peers: origins.map(({ address }) => ({ address })),
    scheme: origins[0]!.scheme,
    // A name that has a certificate expects to be asked by that name.
    host: https ? 'peer' : 'client',
    balance: BALANCE.get(flags.balance),
    firstByteTimeoutMs: originTimeoutMs,
    idleTimeoutMs: originTimeoutMs,
    totalTimeoutMs: Math.min(2 * originTimeoutMs, 3_600_000),
  }
  const limits = flags.limit === undefined ? {} : { 'per-address': { rate: flags.limit } }
  const cache = flags['no-cache'] ? { store: 'off' } : QUICK_CACHE
  return {
    name: 'quick',
    pools: { origin: pool },
    limits,
    routes: { all: { path: '/*', pool: 'origin', limits: Object.keys(limits), cache } },
  }
}

function bootstrapOf(flags: Flags): unknown {
  return {
    edgeId: 'weir',
    listen: flags.listen,
    admin: flags.admin,
    workers: Number(flags.workers),
    ...(flags.redis === undefined ? {} : { redis: { url: flags.redis } }),
    stateDir: 'off',
    l1MaxBytes: flags.l1 === 'off' ? 0 : parseSizeBytes(flags.l1),
    headTimeoutMs: parseDurationMs(flags['head-timeout']),
    accessLog: 'off',
  }
}
