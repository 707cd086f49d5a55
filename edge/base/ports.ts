// The ports: everything the edge takes from the world around it. Built once per process or worker in the mains (base/system/),
// replaced by fakes in tests. Hot code is given the value (`nowMs`), not the port.

import type { MetricName } from '../contract/metrics.ts'

/** Two clocks: one for dates, one for durations. */
export interface Clock {
  /** Wall clock, ms since the Unix epoch; may jump. */
  wallMs(): number
  /** Never goes back; its zero means nothing. */
  monotonicMs(): number
}

/** Takes back a timer; harmless when it has run. */
export type Cancel = () => void

/** Timers. They never keep a process alive. */
export interface Timers {
  after(delayMs: number, run: () => void): Cancel
  every(periodMs: number, run: () => void): Cancel
}

/** Chance. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** `count` random bytes fit for secrets, as lower-case hex. */
  hex(count: number): string
}

/** A line of the log: `event` says what, the other members say the rest. */
export interface LogLine {
  readonly event: string
  readonly [member: string]: unknown
}

/** The log: one JSON object a line. */
export interface Log {
  info(line: LogLine): void
  warn(line: LogLine): void
  error(line: LogLine): void
}

/** Values of labels, in the order of the metric table. */
export type LabelValues = readonly string[]

/** A series to count in; kept by who counts often. */
export interface Counter {
  add(count: number): void
}
/** A series to set. */
export interface Gauge {
  set(value: number): void
  add(count: number): void
}
/** A series to observe durations in. */
export interface Histogram {
  /** @param seconds 0 or more */
  observe(seconds: number): void
}

/** The metrics of a worker or process. Asking twice for a series gives the same one. */
export interface Metrics {
  counter(name: MetricName, labels?: LabelValues): Counter
  gauge(name: MetricName, labels?: LabelValues): Gauge
  histogram(name: MetricName, labels?: LabelValues): Histogram
}

/** A file in a folder of blobs. */
export interface BlobStat {
  readonly name: string
  readonly bytes: number
  /** When it was written; wall clock. */
  readonly writtenAtMs: number
}

/** A folder of files that only we write, each under a plain name. */
export interface Blobs {
  /** @returns null when there is no such file, or a longer one @throws the system's error otherwise */
  read(name: string, maxBytes: number): Promise<Buffer | null>
  /** Replaces a file by a whole one or not at all; what a power cut takes may be gone. Makes the folder. */
  write(name: string, bytes: Uint8Array): Promise<void>
  /** Harmless when there is none. */
  remove(name: string): Promise<void>
  /** The files there are; none when there is no folder. */
  list(): Promise<readonly BlobStat[]>
}

/** Files. All texts are UTF-8. */
export interface Files {
  /** @returns null when there is no such file @throws the system's error otherwise */
  read(path: string): Promise<string | null>
  /** Replaces a file by a whole one or not at all: temporary file, fsync, rename, fsync of the folder. Makes the folder. */
  writeAtomic(path: string, text: string, mode?: number): Promise<void>
  /** Calls `changed` when the file may have changed (also when an editor replaces it). */
  watch(path: string, changed: () => void): Cancel
}

/** What a duplex of lines tells its owner. */
export interface LineEvents {
  open(): void
  line(text: string): void
  /** The stream is over; called once, also when it never opened. */
  close(reason: string): void
}
/** A duplex of lines, one JSON text each. */
export interface LineStream {
  send(line: string): void
  close(): void
}
/** Connections that are not HTTP exchanges of the line. */
export interface Dial {
  /** Opens a duplex of lines over one HTTP POST; lines longer than `maxLineBytes` end it. */
  lines(
    url: string,
    options: { readonly token: string; readonly maxLineBytes: number; readonly connectTimeoutMs: number },
    events: LineEvents,
  ): LineStream
}

/** Everything an edge takes from the world around it. */
export interface Ports {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly log: Log
  readonly metrics: Metrics
  readonly files: Files
  readonly dial: Dial
}
