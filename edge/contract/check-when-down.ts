import { repeated } from './check-repeated.ts'
import type { Problem } from './problem.ts'
import type { RouteConfig } from './route.ts'
import { quoted } from './sentences.ts'

/** What is wrong with the order in which a route falls back; that its pools and fallbacks exist is looked at elsewhere. */
export function* checkWhenDown(pointer: string, { degrade, pool, respond }: RouteConfig): Generator<Problem> {
  const { whenDown } = degrade
  const at = (index: number) => `${pointer}/degrade/whenDown/${index}`
  for (const { index, name } of repeated(whenDown)) yield { pointer: at(index), message: `${quoted(name)} is listed twice; keep one` }
  const end = whenDown.indexOf('closed')
  if (end >= 0 && end < whenDown.length - 1) {
    yield { pointer: at(end), message: 'must be the last: nothing after it is ever tried' }
  }
  for (const [index, step] of whenDown.entries()) {
    if (pool !== undefined && step === `pool:${pool}`)
      yield { pointer: at(index), message: 'is the pool of the route itself; name another' }
    if (respond !== undefined && step.startsWith('pool:'))
      yield { pointer: at(index), message: 'is never asked, because respond answers everything' }
  }
}
