import { join } from 'node:path'
import { CASES, type Job } from '../cases.ts'
import type { Certificate } from '../certificate.ts'
import type { Start } from '../contender.ts'
import type { RoutePlace } from '../many-routes.ts'

const L1_MAX_BYTES = 64 * 2 ** 20
// Every request pays it, as in each other contender that limits.
const NEVER_REACHED = '1000000/s'

/** The bootstrap of a measured edge; what it leaves out is as everybody gets it. */
export function weirBootstrap(start: Start, workers: number, tls: Certificate | undefined): Readonly<Record<string, unknown>> {
  const { job } = CASES[start.benchCase]
  const address = `127.0.0.1:${start.port}`
  return {
    edgeId: 'bench',
    ...(tls ? { listen: '127.0.0.1:0', listeners: [{ address, tls: { certificates: [tls] } }] } : { listen: address }),
    admin: 'off',
    workers,
    site: 'site.json',
    stateDir: 'off',
    l1MaxBytes: job === 'hit-l1' ? L1_MAX_BYTES : 0,
    // Memory hits have Redis behind them, as every other cache here has.
    ...(job === 'hit-l1' || job === 'hit-l2' ? { redis: { url: start.rig.redisUrl } } : {}),
    // nginx is told the same: a connection is kept as long as the load lasts.
    maxRequestsPerConnection: 1_000_000_000,
    accessLog: start.accessLog === 'off' ? 'off' : join(start.folder, 'access.log'),
  }
}

/** The site of a measured edge: all its routes do the same job. */
export function weirSite(job: Job, originPort: number, places: readonly RoutePlace[]): Readonly<Record<string, unknown>> {
  const cached = job === 'hit-l1' || job === 'hit-l2'
  const rest = { pool: 'origin', limits: ['per-address'], cache: cached ? {} : { store: 'off' } }
  return {
    name: 'bench',
    pools: { origin: { peers: [{ address: `127.0.0.1:${originPort}` }] } },
    limits: { 'per-address': { rate: job === 'limited' ? '1/s' : NEVER_REACHED } },
    routes: Object.fromEntries(places.map((place, i) => [`route-${i}`, { ...place, ...rest }])),
  }
}
