// A request on its way through breakers: refused while one of them is open, and told to each of them once when it is known what came
// of it. Every change of a breaker has its line in the log, its cause in it, and the time of the next probe.

import { asEdgeError, EdgeError } from '../base/edge-error.ts'
import type { Outcome } from '../breaker/breaker.ts'
import type { PoolPlan } from '../config/snapshot.ts'
import type { PoolBreaker } from '../resilience/pool-breaker.ts'
import type { Asked, Tools } from './exchange.ts'
import { isFailingStatus, isPeerFault } from './peer-failure.ts'

/** What a breaker needs of the world to tell of itself. */
type Teller = Pick<Tools, 'clock' | 'timers' | 'log' | 'metrics'>

/** A breaker with whose it is. */
export interface NamedBreaker {
  readonly of: PoolBreaker
  readonly pool: string
  /** Empty for that of the pool. */
  readonly route: string
  /** Statuses that count as failures. */
  readonly failing: readonly number[]
}

/** The breakers that a request of this route passes at a pool. */
export function breakersOf(pool: PoolPlan, { route }: Asked): NamedBreaker[] {
  const breakers: NamedBreaker[] = []
  const failing = pool.config.ejection.failureStatuses
  if (pool.door?.breaker) breakers.push({ of: pool.door.breaker, pool: pool.id, route: '', failing })
  if (route.breakerAt !== null) breakers.push({ of: route.breakerAt(pool.id), pool: pool.id, route: route.id, failing })
  return breakers
}

/** Refuses while a breaker is open, without counting as a probe. @throws EdgeError POOL_OPEN */
export function refuseOpen(breakers: readonly NamedBreaker[], tools: Teller): void {
  const nowMs = tools.clock.monotonicMs()
  for (const breaker of breakers) if (breaker.of.refuses(nowMs)) throw refusal(breaker, nowMs, tools)
}

/** Does some work if every breaker lets it through, and tells them what came of it. @throws EdgeError POOL_OPEN, or what `ask` throws */
export async function passing<T>(
  breakers: readonly NamedBreaker[],
  tools: Teller,
  ask: () => Promise<T>,
  statusOf: (answer: T) => number,
): Promise<T> {
  const pass = new BreakerPass(breakers, tools)
  try {
    const answer = await ask()
    pass.answered(statusOf(answer))
    return answer
  } catch (thrown) {
    const fault = asEdgeError(thrown)
    pass.failed(fault)
    throw fault
  }
}

class BreakerPass {
  readonly #breakers: readonly NamedBreaker[]
  readonly #eras: number[] = []
  readonly #tools: Teller
  readonly #beganMs: number

  /** @throws EdgeError POOL_OPEN when a breaker does not let it through */
  constructor(breakers: readonly NamedBreaker[], tools: Teller) {
    this.#breakers = breakers
    this.#tools = tools
    this.#beganMs = tools.clock.monotonicMs()
    for (const breaker of breakers) {
      const allowed = breaker.of.breaker.allow(this.#beganMs)
      tell(breaker, tools)
      if (!allowed) {
        this.#report(() => 'nothing')
        throw refusal(breaker, this.#beganMs, tools)
      }
      this.#eras.push(breaker.of.breaker.era)
    }
  }

  /** The head of an answer is here. */
  answered(status: number): void {
    const tookMs = this.#tools.clock.monotonicMs() - this.#beganMs
    this.#report(({ of, failing }) => (isFailingStatus(status, failing) ? 'failed' : of.answeredIn(tookMs)))
  }

  /** It came to nothing. */
  failed(fault: EdgeError): void {
    const outcome = isPeerFault(fault) ? 'failed' : 'nothing'
    this.#report(() => outcome)
  }

  #report(outcomeFor: (breaker: NamedBreaker) => Outcome): void {
    const nowMs = this.#tools.clock.monotonicMs()
    for (const [i, era] of this.#eras.entries()) {
      const breaker = this.#breakers[i]!
      breaker.of.breaker.report(outcomeFor(breaker), nowMs, era)
      tell(breaker, this.#tools)
    }
  }
}

function refusal({ of, pool, route }: NamedBreaker, nowMs: number, { metrics }: Teller): EdgeError {
  metrics.door.refused(pool, 'breaker-open')
  return new EdgeError('POOL_OPEN', { pool, ...(route === '' ? {} : { route }), retryAfterMs: of.retryAfterMs(nowMs) })
}

function tell(breaker: NamedBreaker, tools: Teller): void {
  const { of, pool, route } = breaker
  const nowMs = tools.clock.monotonicMs()
  const now = of.breaker.state(nowMs)
  if (now.state === of.told) return
  const from = of.told
  of.told = now.state
  tools.metrics.door.breaker(pool, route, now.state)
  const line = { event: 'breaker', pool, route: route === '' ? undefined : route, from, to: now.state }
  if (now.state === 'closed') return tools.log.info(line)
  if (now.state === 'half-open') return tools.log.info({ ...line, cause: now.cause })
  const probeInMs = Math.round(now.untilMs - nowMs)
  tools.log.warn({ ...line, cause: now.cause, probeInMs })
  // What shows it is to change when its time is over, whether or not anybody asks then.
  tools.timers.after(Math.ceil(now.untilMs - nowMs), () => tell(breaker, tools))
}
