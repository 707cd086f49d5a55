// How overloaded a worker is, from a few readings of itself, as a level:
//
//   0  not    1  crawlers are shed    2  low-priority routes too    3  all but high priority    4  everything, and nothing new is accepted
//
// The worst reading decides. A level rises at once and falls by one only after CALM_MS below it, so that it does not flap: a worker
// that sheds is well again for a moment, because it sheds.

import type { OverloadConfig } from '../contract/overload.ts'

/** A level of pressure. */
export type PressureLevel = 0 | 1 | 2 | 3 | 4
/** Which reading it comes from. */
export type PressureCause = 'loop-delay' | 'heap' | 'in-flight' | 'buffers'

/** What a worker reads of itself. */
export interface PressureReadings {
  /** The worst delay of the event loop since the reading before. */
  readonly loopDelayMs: number
  /** Heap in use, as a share of what there may be. */
  readonly heapRatio: number
  readonly inFlight: number
  readonly bufferedBytes: number
}

/** How long all readings must stay below a level before it falls by one. */
const CALM_MS = 1_000
/** The heap ratio that leaves no room to answer anything: beyond it the next collection may be the last. */
const HEAP_FULL_RATIO = 0.97

/** Readings from which each level counts, lowest first. */
type Steps = readonly [number, number, number, number]

/** The pressure on one worker. */
export class Pressure {
  readonly #delaySteps: Steps
  readonly #heapSteps: Steps
  readonly #inFlightSteps: Steps
  readonly #bufferSteps: Steps
  #level: PressureLevel = 0
  #cause: PressureCause | null = null
  #delayBefore: PressureLevel = 0
  /** Since when the readings have been below the level; monotonic. */
  #calmSinceMs: number | null = null

  constructor({ loopDelayMs, heapRatio, maxInFlight, bufferMaxBytes }: OverloadConfig) {
    const heapLeft = 1 - heapRatio
    this.#delaySteps = [loopDelayMs, 2 * loopDelayMs, 4 * loopDelayMs, 8 * loopDelayMs]
    this.#heapSteps = [
      heapRatio,
      heapRatio + heapLeft / 2,
      heapRatio + (heapLeft * 3) / 4,
      Math.max(HEAP_FULL_RATIO, heapRatio + (heapLeft * 4) / 5),
    ]
    // Twice as much as may be is only reached by what is not shed at once, such as high priority: that has an end too.
    this.#inFlightSteps = [maxInFlight / 2, (maxInFlight * 3) / 4, maxInFlight, 2 * maxInFlight]
    this.#bufferSteps = [(bufferMaxBytes * 3) / 4, bufferMaxBytes * 0.9, bufferMaxBytes, 2 * bufferMaxBytes]
  }

  /** The level as of the last reading. */
  get level(): PressureLevel {
    return this.#level
  }

  /** The reading that the level comes from; null at level 0. */
  get cause(): PressureCause | null {
    return this.#cause
  }

  /** The level at this moment: thousands of requests can come between two readings, and must not come in for that. */
  levelAt(inFlight: number, bufferedBytes: number): PressureLevel {
    const level = this.#level
    // Nearly always there is nothing to weigh.
    if (level === 4 || (inFlight < this.#inFlightSteps[level] && bufferedBytes < this.#bufferSteps[level])) return level
    return higher(level, higher(levelOf(inFlight, this.#inFlightSteps), levelOf(bufferedBytes, this.#bufferSteps)))
  }

  /** Takes new readings. @param nowMs monotonic @returns the level then */
  read(readings: PressureReadings, nowMs: number): PressureLevel {
    const delay = this.#delayLevel(readings.loopDelayMs)
    const heap = levelOf(readings.heapRatio, this.#heapSteps)
    const inFlight = levelOf(readings.inFlight, this.#inFlightSteps)
    const buffers = levelOf(readings.bufferedBytes, this.#bufferSteps)
    const worst = higher(higher(delay, heap), higher(inFlight, buffers))
    if (worst >= this.#level) {
      this.#level = worst
      this.#cause = causeOf(worst, delay, heap, inFlight)
      this.#calmSinceMs = null
      return worst
    }
    this.#calmSinceMs ??= nowMs
    if (nowMs - this.#calmSinceMs < CALM_MS) return this.#level
    this.#calmSinceMs = nowMs
    this.#level = (this.#level - 1) as PressureLevel
    if (this.#level === 0) this.#cause = null
    return this.#level
  }

  // One stall alone may be a garbage collection, or a new revision being compiled, and is over when it is seen: people are shed for
  // a delay only when the loop was as late in the interval before.
  #delayLevel(loopDelayMs: number): PressureLevel {
    const now = levelOf(loopDelayMs, this.#delaySteps)
    const before = this.#delayBefore
    this.#delayBefore = now
    return now <= 2 ? now : higher(2, now < before ? now : before)
  }
}

function levelOf(reading: number, steps: Steps): PressureLevel {
  if (reading < steps[0]) return 0
  if (reading < steps[1]) return 1
  if (reading < steps[2]) return 2
  return reading < steps[3] ? 3 : 4
}

function higher(one: PressureLevel, other: PressureLevel): PressureLevel {
  return one > other ? one : other
}

function causeOf(worst: PressureLevel, delay: PressureLevel, heap: PressureLevel, inFlight: PressureLevel): PressureCause | null {
  if (worst === 0) return null
  if (worst === heap) return 'heap'
  if (worst === delay) return 'loop-delay'
  return worst === inFlight ? 'in-flight' : 'buffers'
}
