// From a site, a switchboard and endpoints to a snapshot: the only place where mechanisms are built. Pure but for the registries it
// looks into. The parts that did not change are taken over, so that a flipped switch does not compile ten thousand routes.

import { TextMemo } from '../base/text-memo.ts'
import { keyPlan } from '../cache/key-plan.ts'
import { routeTag } from '../cache/tags.ts'
import { ClientAddressRule } from '../client/client-address.ts'
import { CrawlerAgents } from '../client/crawler-agents.ts'
import type { FallbackConfig } from '../contract/degrade.ts'
import { type KeySource, parseKeySource } from '../contract/key-source.ts'
import type { LimitConfig } from '../contract/limit.ts'
import type { Endpoints } from '../contract/publication.ts'
import type { RouteConfig } from '../contract/route.ts'
import type { Site } from '../contract/site.ts'
import { parseStandIn } from '../contract/stand-in.ts'
import type { Switchboard } from '../contract/switchboard.ts'
import { parseRate } from '../contract/units.ts'
import { compileSwitches, type SwitchIndex } from '../degrade/switch-index.ts'
import { AddressSet } from '../http/address.ts'
import { authorityForms } from '../http/host.ts'
import { Gcra } from '../limit/gcra.ts'
import { type QuotaPolicy, quotaPolicy } from '../limit/limit-fields.ts'
import { compileRoutes } from '../route/route-table.ts'
import { batchPlan } from './compile-batch.ts'
import { retainDoors, routeBreakers } from './compile-doors.ts'
import { mirrorPlan } from './compile-mirror.ts'
import { compilePools } from './compile-pools.ts'
import { compileShares, withSplit } from './compile-split.ts'
import { stickyNames } from './compile-sticky.ts'
import type { Registries } from './registries.ts'
import type { FallbackPlan, LimitPlan, RoutePlan, Snapshot, StandIn } from './snapshot.ts'
import { targetMemo } from './target-memo.ts'

/** Host fields remembered: as many as a site has names, and no flood of invented ones more. */
const MAX_HOSTS = 10_000

/** What an edge has been told: the three things a snapshot is made of. */
export interface Told {
  readonly revision: number
  readonly site: Site
  readonly switchboard: Switchboard
  readonly endpoints: Endpoints
}

/** Compiles what an edge has been told. @throws only on what validation and check should have refused: a programming fault */
export function compile(told: Told, registries: Registries): Snapshot {
  const { site, revision } = told
  retainDoors(site, registries)
  const fallbacks = new Map(Object.entries(site.fallbacks).map(([id, config]) => [id, fallbackPlan(config)]))
  const parts = { fallbacks, ownCookies: stickyNames(site), limitLists: new SameLists(), registries }
  const plans = Object.entries(site.routes).map(([id, config]) => withSplit(routePlan(id, config, parts), config.split, registries))
  const base = {
    revision,
    targets: targetMemo({
      mergeSlashes: site.normalise.mergeSlashes,
      encodedSlash: site.normalise.encodedSlash,
      maxBytes: site.normalise.maxTargetBytes,
    }),
    authorities: new TextMemo(MAX_HOSTS, authorityForms),
    clients: {
      addressRule: addressRule(site.clients),
      crawlers: new CrawlerAgents(site.clients.crawlers),
    },
    purgers: site.purge.from.length === 0 ? null : AddressSet.parse(site.purge.from),
    routes: compileRoutes(site.routes, site.hosts),
    plans: new Map(plans.map((plan) => [plan.id, plan])),
    mirrored: plans.filter(({ mirror }) => mirror !== null),
    fallbacks,
  }
  return withEndpoints(withSwitches(base, told, registries), told, registries)
}

/** The same snapshot under a new switchboard. */
export function withSwitches<T extends Pick<Snapshot, 'fallbacks'>>(
  snapshot: T,
  told: Told,
  registries: Registries,
): T & Pick<Snapshot, 'switchSeq' | 'switches' | 'limits' | 'shares'> {
  const switches = compileSwitches(told.switchboard)
  const limits = Object.entries(told.site.limits).map(
    ([id, config]) => [id, limitPlan(id, config, snapshot.fallbacks, switches, registries)] as const,
  )
  return {
    ...snapshot,
    switchSeq: told.switchboard.seq,
    switches,
    limits: new Map(limits),
    shares: compileShares(told.site, told.switchboard),
  }
}

/** The same snapshot over new endpoints. */
export function withEndpoints<T extends object>(
  snapshot: T,
  told: Told,
  registries: Registries,
): T & Pick<Snapshot, 'endpointSeq' | 'pools'> {
  return { ...snapshot, endpointSeq: told.endpoints.seq, pools: compilePools(told.site.pools, told.endpoints, registries) }
}

function addressRule({ trustedProxies, trustedEdges, addressField }: Site['clients']): ClientAddressRule {
  return new ClientAddressRule(AddressSet.parse([...trustedProxies, ...trustedEdges]), AddressSet.parse(trustedEdges), addressField)
}

function fallbackPlan(config: FallbackConfig): FallbackPlan {
  return { config, bytes: Buffer.from(config.body) }
}

/** What all routes of a site are made with. */
interface RouteParts {
  readonly fallbacks: ReadonlyMap<string, FallbackPlan>
  readonly ownCookies: readonly string[]
  /** Most routes have the same limits: one list for all of them. */
  readonly limitLists: SameLists
  readonly registries: Registries
}

/** Gives one list for all that say the same. */
class SameLists {
  readonly #lists = new Map<string, readonly string[]>()

  one(list: readonly string[]): readonly string[] {
    const name = JSON.stringify(list)
    const known = this.#lists.get(name) ?? list
    this.#lists.set(name, known)
    return known
  }
}

function routePlan(id: string, config: RouteConfig, { fallbacks, ownCookies, limitLists, registries }: RouteParts): RoutePlan {
  const planOf = (fallback: string | undefined) => (fallback === undefined ? null : (fallbacks.get(fallback) ?? null))
  return {
    series: null,
    key: keyPlan(config.cache, ownCookies),
    limits: limitLists.one(config.limits),
    split: null,
    hsts: config.hsts === undefined ? null : hstsValue(config.hsts),
    respond: planOf(config.respond),
    mirror: mirrorPlan(id, config.mirror, registries),
    stores: config.cache.store !== 'off',
    maxVariants: config.cache.maxVariants,
    compresses: config.compress.codings.length > 0,
    config,
    id,
    pool: config.pool ?? null,
    writePool: config.writePool ?? null,
    crawlerPool: config.crawlerPool ?? null,
    fallback: planOf(config.degrade.fallback),
    whenDown: standIns(config, planOf),
    tags: [routeTag(id)],
    breakerAt: routeBreakers(id, config.breaker, registries),
    tally: null,
    batch: batchPlan(config),
  }
}

function standIns({ degrade }: RouteConfig, planOf: (id: string | undefined) => FallbackPlan | null): readonly StandIn[] {
  return degrade.whenDown.map(parseStandIn).flatMap((step): StandIn[] => {
    if (step.kind === 'pool') return [{ kind: 'pool', id: step.id }]
    if (step.kind !== 'fallback' && step.kind !== 'fallback-of') return [step]
    const plan = planOf(step.kind === 'fallback-of' ? step.id : degrade.fallback)
    return plan === null ? [] : [{ kind: 'fallback', plan }]
  })
}

// RFC 6797 §6.1.
function hstsValue({ maxAgeS, includeSubDomains }: NonNullable<RouteConfig['hsts']>): string {
  return includeSubDomains === 'yes' ? `max-age=${maxAgeS}; includeSubDomains` : `max-age=${maxAgeS}`
}

function limitPlan(
  id: string,
  config: LimitConfig,
  fallbacks: ReadonlyMap<string, FallbackPlan>,
  switches: SwitchIndex,
  registries: Registries,
): LimitPlan {
  const build = (rate: string, burst: number | undefined) => limiterOf(id, rate, burst, registries)
  const own = build(config.rate, config.burst)
  const overridden = new Map<object, ReturnType<typeof build>>()
  const key: KeySource = parseKeySource(config.key)
  return {
    id,
    key,
    clients: config.clients,
    fallback: config.fallback === undefined ? null : (fallbacks.get(config.fallback) ?? null),
    // Asked for each request, since an override ends by the clock and not by a message.
    inForce(nowMs) {
      const override = switches.activeOverride(id, nowMs)
      if (override === null) return own
      let limiter = overridden.get(override)
      if (limiter === undefined) {
        limiter = build(override.rate, override.burst)
        overridden.set(override, limiter)
      }
      return limiter
    },
  }
}

function limiterOf(
  id: string,
  rateText: string,
  burstConfig: number | undefined,
  registries: Registries,
): { limiter: Gcra; policy: QuotaPolicy } {
  const rate = parseRate(rateText)!
  const burst = burstConfig ?? rate.count
  return { limiter: new Gcra({ id, rate, burst, table: registries.cells }), policy: quotaPolicy({ id, rate, burst }) }
}
