// Each route by itself: whom it asks, its path and hosts, and whether its own numbers agree.

import { hostFault } from './address-text.ts'
import { checkBatch } from './check-batch.ts'
import { checkBreaker } from './check-breaker.ts'
import { checkCacheKey } from './check-cache-key.ts'
import { checkMirror } from './check-mirror.ts'
import { repeated } from './check-repeated.ts'
import { checkTraffic } from './check-traffic.ts'
import { checkWhenDown } from './check-when-down.ts'
import { pathPatternFault } from './path-pattern.ts'
import { type Problem, pointerMember } from './problem.ts'
import type { RouteConfig } from './route.ts'
import type { Site } from './site.ts'

type RouteCheck = (pointer: string, route: RouteConfig) => Iterable<Problem>

const CHECKS: readonly RouteCheck[] = [
  checkWhoAnswers,
  checkMatch,
  checkRepeated,
  checkCacheTimes,
  checkCacheKey,
  checkDegrade,
  checkTraffic,
  checkWhenDown,
  checkBreakers,
  checkMirror,
  checkBatch,
]

/** The problems that a site's routes have each by itself. */
export function* checkRoutes(site: Site): Generator<Problem> {
  for (const [id, route] of Object.entries(site.routes)) {
    for (const checkPart of CHECKS) yield* checkPart(`/routes/${id}`, route)
  }
}

function* checkWhoAnswers(pointer: string, route: RouteConfig): Generator<Problem> {
  const { pool, crawlerPool, respond } = route
  if (pool === undefined && respond === undefined)
    yield { pointer, message: 'has nobody to answer; it must name a pool, or a fallback in respond' }
  if (pool !== undefined && respond !== undefined) {
    yield {
      pointer: `${pointer}/respond`,
      message: 'must not stand beside pool: respond answers everything, so the pool would never be asked',
    }
  }
  if (crawlerPool !== undefined && respond !== undefined) {
    yield { pointer: `${pointer}/crawlerPool`, message: 'must not stand beside respond, which answers crawlers too' }
  }
}

function* checkMatch(pointer: string, route: RouteConfig): Generator<Problem> {
  const message = pathPatternFault(route.path)
  if (message !== null) yield { pointer: `${pointer}/path`, message }
  for (const [index, host] of route.hosts.entries()) {
    const fault = hostFault(host)
    if (fault !== null) yield { pointer: `${pointer}/hosts/${index}`, message: fault }
  }
  const names = Object.keys(route.headers)
  // Field names are case-insensitive (RFC 9110 §5.1).
  for (const { index, first } of repeated(names.map((name) => name.toLowerCase()))) {
    const name = names[index]!
    yield { pointer: `${pointer}/headers/${pointerMember(name)}`, message: `is the same field as ${names[first]}; keep one of them` }
  }
}

function* checkRepeated(pointer: string, route: RouteConfig): Generator<Problem> {
  const lists = {
    hosts: route.hosts,
    methods: route.methods,
    limits: route.limits,
    'cache/key/listedQuery': route.cache.key.listedQuery,
    'cache/key/dropQuery': route.cache.key.dropQuery,
    'cache/vary/codings': route.cache.vary.codings,
    'cache/vary/languages': route.cache.vary.languages.map((name) => name.toLowerCase()),
    'cache/unkeyed/named': route.cache.unkeyed.named.map((name) => name.toLowerCase()),
  }
  for (const [field, list] of Object.entries(lists)) {
    for (const { index, name } of repeated(list))
      yield { pointer: `${pointer}/${field}/${index}`, message: `${JSON.stringify(name)} is listed twice; keep one` }
  }
}

function* checkCacheTimes(pointer: string, { cache }: RouteConfig): Generator<Problem> {
  const { defaultTtlMs, maxTtlMs, staleIfErrorMs, keepStaleMs } = cache
  if (defaultTtlMs > maxTtlMs) {
    yield {
      pointer: `${pointer}/cache/defaultTtlMs`,
      message: `must be at most maxTtlMs, which is ${maxTtlMs} (ms); it is ${defaultTtlMs}`,
    }
  }
  // What is not kept cannot stand in for a failing origin.
  if (staleIfErrorMs > keepStaleMs) {
    yield {
      pointer: `${pointer}/cache/staleIfErrorMs`,
      message: `must be at most keepStaleMs, which is ${keepStaleMs} (ms); it is ${staleIfErrorMs}`,
    }
  }
}

function checkBreakers(pointer: string, { breaker }: RouteConfig): Iterable<Problem> {
  return checkBreaker(`${pointer}/breaker`, breaker)
}

function* checkDegrade(pointer: string, { degrade, respond }: RouteConfig): Generator<Problem> {
  if (degrade.crawlers === 'fallback' && degrade.fallback === undefined && respond === undefined) {
    yield { pointer: `${pointer}/degrade/crawlers`, message: 'is "fallback", so degrade.fallback must name a fallback of the site' }
  }
}
