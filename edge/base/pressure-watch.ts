// Looks at the readings of a worker ten times a second, keeps its level of pressure, and says each change of it once.

import type { OverloadConfig } from '../contract/overload.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { Gauge, Ports } from './ports.ts'
import { Pressure, type PressureCause, type PressureLevel, type PressureReadings } from './pressure.ts'

/** How often the readings are taken. */
const EVERY_MS = 100
/** The span that `weir_event_loop_delay_seconds` is the worst of. */
const SPAN_MS = 1_000

/** How the thread of a worker is doing. */
export interface Vitals {
  /** The worst delay of the event loop since the last call, ms. */
  worstLoopDelayMs(): number
  /** The heap in use as a share of the limit at which the process dies. */
  heapRatio(): number
}

/** What is watched. */
export interface Watched {
  readonly config: OverloadConfig
  readonly vitals: Vitals
  readonly budget: ByteBudget
  readonly inFlight: () => number
}

/** The pressure on a worker, watched. */
export class PressureWatch {
  /** When who is shed may come back. */
  readonly retryAfterMs: number
  readonly #watched: Watched
  readonly #ports: Pick<Ports, 'clock' | 'log'>
  readonly #pressure: Pressure
  readonly #levelGauge: Gauge
  readonly #bytesGauge: Gauge
  readonly #delayGauge: Gauge
  #worstDelayMs = 0
  #spanEndsMs: number

  constructor(watched: Watched, ports: Pick<Ports, 'clock' | 'timers' | 'log' | 'metrics'>) {
    this.retryAfterMs = watched.config.retryAfterMs
    this.#watched = watched
    this.#ports = ports
    this.#pressure = new Pressure(watched.config)
    this.#levelGauge = ports.metrics.gauge('weir_pressure')
    this.#bytesGauge = ports.metrics.gauge('weir_buffered_bytes')
    this.#delayGauge = ports.metrics.gauge('weir_event_loop_delay_seconds')
    this.#spanEndsMs = ports.clock.monotonicMs() + SPAN_MS
    ports.timers.every(EVERY_MS, () => this.#look())
  }

  /** The level at this moment, 0 to 4. */
  get level(): PressureLevel {
    return this.#pressure.levelAt(this.#watched.inFlight(), this.#watched.budget.usedBytes)
  }

  #look(): void {
    const { vitals, budget, inFlight } = this.#watched
    const nowMs = this.#ports.clock.monotonicMs()
    const readings: PressureReadings = {
      loopDelayMs: vitals.worstLoopDelayMs(),
      heapRatio: vitals.heapRatio(),
      inFlight: inFlight(),
      bufferedBytes: budget.usedBytes,
    }
    const { level: before, cause: causeBefore } = this.#pressure
    const level = this.#pressure.read(readings, nowMs)
    if (level !== before) this.#say(before, level, this.#pressure.cause ?? causeBefore, readings)
    this.#levelGauge.set(level)
    this.#bytesGauge.set(readings.bufferedBytes)
    this.#noteDelay(readings.loopDelayMs, nowMs)
  }

  #noteDelay(delayMs: number, nowMs: number): void {
    this.#worstDelayMs = Math.max(this.#worstDelayMs, delayMs)
    if (nowMs < this.#spanEndsMs) return
    this.#delayGauge.set(this.#worstDelayMs / 1_000)
    this.#worstDelayMs = 0
    this.#spanEndsMs = nowMs + SPAN_MS
  }

  #say(from: PressureLevel, to: PressureLevel, cause: PressureCause | null, readings: PressureReadings): void {
    const line = {
      event: 'pressure',
      from,
      to,
      cause,
      ...readings,
      loopDelayMs: Math.round(readings.loopDelayMs),
      heapRatio: Math.round(readings.heapRatio * 1_000) / 1_000,
    }
    if (to > from) this.#ports.log.warn(line)
    else this.#ports.log.info(line)
  }
}
