// Whether the mirror of a route fits the route.

import { repeated } from './check-repeated.ts'
import type { Problem } from './problem.ts'
import type { RouteConfig } from './route.ts'

/** The problems of the mirror of one route. */
export function* checkMirror(pointer: string, route: RouteConfig): Generator<Problem> {
  const { mirror, pool, writePool, crawlerPool, respond } = route
  if (mirror === undefined) return
  if (respond !== undefined)
    yield { pointer: `${pointer}/mirror`, message: 'must not stand beside respond: nothing is sent that could be copied' }
  const groups = Object.values(route.split?.groups ?? {}).flatMap((group) => [group.pool, group.writePool])
  if ([pool, writePool, crawlerPool, ...groups].includes(mirror.pool))
    yield {
      pointer: `${pointer}/mirror/pool`,
      message: 'must be another pool than the one that answers, which would have each request twice',
    }
  for (const { index, name } of repeated((mirror.compare?.fields ?? []).map((field) => field.toLowerCase())))
    yield { pointer: `${pointer}/mirror/compare/fields/${index}`, message: `${JSON.stringify(name)} is listed twice; keep one` }
}
