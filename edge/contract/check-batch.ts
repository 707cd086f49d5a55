// Whether the batching of a route fits the route.

import { IDS_MARK } from './batch.ts'
import { repeated } from './check-repeated.ts'
import type { Problem } from './problem.ts'
import type { RouteConfig } from './route.ts'

/** Fields that are about one client, one copy or one connection: requests that are alike in them are not for everyone. */
const OF_ONE: ReadonlySet<string> = new Set([
  ...['cookie', 'authorization', 'proxy-authorization', 'range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since'],
  ...['if-unmodified-since', 'host', 'accept-encoding', 'content-length', 'transfer-encoding', 'connection', 'te', 'upgrade', 'expect'],
])

/** The problems of the batching of one route. */
export function* checkBatch(pointer: string, route: RouteConfig): Generator<Problem> {
  const { batch, path, methods, respond, cache } = route
  if (batch === undefined) return
  const at = `${pointer}/batch`
  if (respond !== undefined) yield { pointer: at, message: 'must not stand beside respond: nothing is sent that could be collected' }
  if (!/^[^{]*\/\{[^{}]*\}$/.test(path))
    yield { pointer: at, message: `needs a path whose last segment, and no other, is a name in braces, as in /item/{id}; it is ${path}` }
  if (methods.length > 0 && !methods.includes('GET')) yield { pointer: at, message: 'is for GET, which methods leaves out' }
  if (batch.target.split(IDS_MARK).length !== 2 || /[{}]/.test(batch.target.replace(IDS_MARK, '')))
    yield { pointer: `${at}/target`, message: `must have ${IDS_MARK} once, and no other braces, as in /items?ids=${IDS_MARK}` }
  if (cache.key.identity !== 'none')
    yield { pointer: at, message: 'must not stand beside cache.key.identity: a bulk request is of nobody in particular' }
  yield* checkFields(
    `${at}/fields`,
    batch.fields.map((name) => name.toLowerCase()),
  )
}

function* checkFields(pointer: string, names: readonly string[]): Generator<Problem> {
  for (const { index, name } of repeated(names))
    yield { pointer: `${pointer}/${index}`, message: `${JSON.stringify(name)} is listed twice; keep one` }
  for (const [index, name] of names.entries())
    if (OF_ONE.has(name)) yield { pointer: `${pointer}/${index}`, message: `must not be ${name}: requests that have it go alone` }
}
