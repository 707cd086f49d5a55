// The recordings of an edge: one at a time, made by all its workers, bounded in time and bytes.

import type { Ports } from '../base/ports.ts'
import { RECORDING_VERSION, type RecordingEnd, type RecordingHead, type RecordTerms } from '../contract/recording.ts'
import type { TakeLines } from '../pipeline/recorder.ts'

/** A worker as recordings see it. */
export interface RecordedWorker {
  /** Resolves when it records. */
  record(terms: RecordTerms, take: TakeLines): Promise<void>
  stopRecording(): Promise<void>
}

/** A recording under way. */
export interface RunningRecording {
  /** Resolves when its last line was taken. */
  readonly over: Promise<void>
  /** Ends it before its time. */
  readonly stop: () => void
}

/** Takes a line, without its end. @returns false when it was not taken, since there is no room */
export type TakeLine = (line: string) => boolean

/** Runs the recordings of an edge. */
export class RecordDesk {
  readonly #edgeId: string
  readonly #workers: () => readonly RecordedWorker[]
  readonly #ports: Pick<Ports, 'clock' | 'timers' | 'log'>
  #running: RunningRecording | null = null

  constructor(edgeId: string, workers: () => readonly RecordedWorker[], ports: Pick<Ports, 'clock' | 'timers' | 'log'>) {
    this.#edgeId = edgeId
    this.#workers = workers
    this.#ports = ports
  }

  /** Begins a recording; null while there is one. */
  begin(terms: RecordTerms, take: TakeLine): RunningRecording | null {
    if (this.#running !== null) return null
    const { promise, resolve: stop } = Promise.withResolvers<RecordingEnd['ended']>()
    const running = { over: this.#run(terms, take, { promise, stop }), stop: () => stop('stopped') }
    this.#running = running
    return running
  }

  /** Ends what runs. @returns whether anything did */
  stop(): boolean {
    this.#running?.stop()
    return this.#running !== null
  }

  async #run(terms: RecordTerms, take: TakeLine, ending: Ending): Promise<void> {
    const { clock, timers, log } = this.#ports
    const workers = this.#workers()
    const head: RecordingHead = { type: 'recording', version: RECORDING_VERSION, startedAtMs: clock.wallMs(), edge: this.#edgeId, terms }
    take(JSON.stringify(head))
    const counts = { requests: 0, dropped: 0, bytes: 0 }
    const count = (line: string) => {
      const fits = counts.bytes + line.length <= terms.maxBytes
      if (!fits) ending.stop('size')
      if (!fits || !take(line)) counts.dropped += 1
      else {
        counts.requests += 1
        counts.bytes += line.length + 1
      }
    }
    const cancel = timers.after(terms.forMs, () => ending.stop('time'))
    const takeAll: TakeLines = (lines, dropped) => {
      counts.dropped += dropped
      lines.forEach(count)
    }
    // Who reads that it began may rely on it: what is asked from then on is recorded, at whichever worker.
    await Promise.all(workers.map((worker) => worker.record(terms, takeAll)))
    log.info({ event: 'recording-began', ...terms })
    const ended = await ending.promise
    cancel()
    await Promise.all(workers.map((worker) => worker.stopRecording()))
    const end: RecordingEnd = { type: 'end', ended, requests: counts.requests, dropped: counts.dropped }
    take(JSON.stringify(end))
    log.info({ event: 'recording-ended', ended, requests: counts.requests, dropped: counts.dropped })
    this.#running = null
  }
}

interface Ending {
  readonly promise: Promise<RecordingEnd['ended']>
  readonly stop: (why: RecordingEnd['ended']) => void
}
