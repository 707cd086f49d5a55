import { didYouMean } from './nearest.ts'
import type { Problem } from './problem.ts'
import type { RouteConfig } from './route.ts'
import type { Site } from './site.ts'
import { parseStandIn } from './stand-in.ts'

/** One part of a site that names another. */
interface Reference {
  readonly pointer: string
  readonly id: string | undefined
  readonly to: 'pools' | 'limits' | 'fallbacks'
}

const KIND = { pools: 'pool', limits: 'limit', fallbacks: 'fallback' } as const

/** The ids that a site names and does not have. */
export function* checkReferences(site: Site): Generator<Problem> {
  for (const { pointer, id, to } of references(site)) {
    // hasOwn: "constructor" is a lawful id, and every object answers to it.
    if (id === undefined || Object.hasOwn(site[to], id)) continue
    const known = Object.keys(site[to])
    const meant = didYouMean(id, known)
    yield { pointer, message: `there is no ${KIND[to]} ${JSON.stringify(id)}${meant || whatThereIs(to, known)}` }
  }
}

function* references(site: Site): Generator<Reference> {
  for (const [id, limit] of Object.entries(site.limits)) {
    yield { pointer: `/limits/${id}/fallback`, id: limit.fallback, to: 'fallbacks' }
  }
  for (const [id, route] of Object.entries(site.routes)) yield* referencesOfRoute(`/routes/${id}`, route)
}

function* referencesOfRoute(pointer: string, route: RouteConfig): Generator<Reference> {
  yield { pointer: `${pointer}/pool`, id: route.pool, to: 'pools' }
  yield { pointer: `${pointer}/crawlerPool`, id: route.crawlerPool, to: 'pools' }
  yield { pointer: `${pointer}/writePool`, id: route.writePool, to: 'pools' }
  for (const [id, { pool, writePool }] of Object.entries(route.split?.groups ?? {})) {
    yield { pointer: `${pointer}/split/groups/${id}/pool`, id: pool, to: 'pools' }
    yield { pointer: `${pointer}/split/groups/${id}/writePool`, id: writePool, to: 'pools' }
  }
  yield { pointer: `${pointer}/mirror/pool`, id: route.mirror?.pool, to: 'pools' }
  yield { pointer: `${pointer}/respond`, id: route.respond, to: 'fallbacks' }
  for (const [index, id] of route.limits.entries()) yield { pointer: `${pointer}/limits/${index}`, id, to: 'limits' }
  yield { pointer: `${pointer}/degrade/fallback`, id: route.degrade.fallback, to: 'fallbacks' }
  for (const [index, text] of route.degrade.whenDown.entries()) {
    const step = parseStandIn(text)
    if ('id' in step)
      yield { pointer: `${pointer}/degrade/whenDown/${index}`, id: step.id, to: step.kind === 'pool' ? 'pools' : 'fallbacks' }
  }
}

function whatThereIs(to: Reference['to'], known: readonly string[]): string {
  if (known.length === 0) return `; the site has no ${to}, so add it under ${to}`
  return `; there is ${known.slice(0, 8).join(', ')}${known.length > 8 ? ' …' : ''}`
}
