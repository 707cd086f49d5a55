import type { BreakerConfig } from './breaker.ts'
import type { Problem } from './problem.ts'

/** The problems of a breaker. @param pointer where it stands */
export function* checkBreaker(pointer: string, breaker: BreakerConfig | undefined): Generator<Problem> {
  if (breaker === undefined || breaker.openMs <= breaker.maxOpenMs) return
  const { openMs, maxOpenMs } = breaker
  yield { pointer: `${pointer}/openMs`, message: `must be at most maxOpenMs, which is ${maxOpenMs} (ms); it is ${openMs}` }
}
