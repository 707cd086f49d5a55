// The breaker of a pool as its settings have it. It lives on over new configurations: what it has seen is forgotten only where the
// settings themselves changed, and it stays open even then.

import type { Random } from '../base/ports.ts'
import { Breaker, type BreakerRule, type BreakerState, type Outcome } from '../breaker/breaker.ts'
import { WindowJudge } from '../breaker/window-judge.ts'
import type { BreakerConfig } from '../contract/breaker.ts'

/** When who is refused in half-open may come back: probes take about as long as requests do. */
const HALF_OPEN_RETRY_MS = 1_000
/** A probe always reports, since every request has a deadline; should one be lost after all, the pool is not lost with it. */
const LOST_PROBE_MS = 60_000

/** A breaker with settings. */
export class PoolBreaker {
  readonly breaker: Breaker
  /** The state that was logged and counted last; kept by who does that. */
  told: BreakerState['state'] = 'closed'
  readonly #random: Random
  #config: BreakerConfig

  constructor(config: BreakerConfig, random: Random) {
    this.#random = random
    this.#config = config
    this.breaker = new Breaker(breakerRule(config, random))
  }

  /** Goes on by other settings, if they are others. */
  follow(config: BreakerConfig): void {
    if (JSON.stringify(config) === JSON.stringify(this.#config)) return
    this.#config = config
    this.breaker.follow(breakerRule(config, this.#random))
  }

  /** Whether a request would be refused now; unlike `Breaker.allow` it is not counted as a probe. @param nowMs monotonic */
  refuses(nowMs: number): boolean {
    const now = this.breaker.state(nowMs)
    return now.state === 'open' || (now.state === 'half-open' && now.out >= this.#config.probes)
  }

  /** What an answer is that took so long to its head, ms. */
  answeredIn(tookMs: number): Outcome {
    return this.#config.slowMs !== undefined && tookMs > this.#config.slowMs ? 'slow' : 'succeeded'
  }

  /** When a refused request may come back, ms from now. @param nowMs monotonic */
  retryAfterMs(nowMs: number): number {
    const now = this.breaker.state(nowMs)
    return now.state === 'open' ? now.untilMs - nowMs : HALF_OPEN_RETRY_MS
  }
}

function breakerRule(config: BreakerConfig, random: Random): BreakerRule {
  const { windowMs, minRequests, failureRatio, slowRatio, probes, successes } = config
  const failuresInARow = config.consecutiveFailures ?? null
  const mostDoublings = Math.max(0, Math.ceil(Math.log2(config.maxOpenMs / config.openMs)))
  return {
    judge: new WindowJudge({ windowMs, minRequests, failureRatio, slowRatio, failuresInARow }),
    openMs(nth) {
      const wholeMs = Math.min(config.maxOpenMs, config.openMs * 2 ** Math.min(nth - 1, mostDoublings))
      return wholeMs * (1 - config.jitterRatio * random.next())
    },
    probes,
    successes,
    probeMs: Math.max(config.maxOpenMs, LOST_PROBE_MS),
  }
}
