// The real log: pino, asynchronous, one JSON object a line. A sink that does not keep up loses lines (counted), never time.

import { pino } from 'pino'
import type { Log, LogLine, Metrics } from '../ports.ts'

/** Bytes that may wait for the sink; lines beyond are dropped. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** A write to a pipe is whole only up to PIPE_BUF, and several threads write to the same one. */
const MAX_WRITE_BYTES = 4096

/** Where log lines go, with the end of it. */
export interface LogSink {
  readonly log: Log
  /** Writes out what waits. */
  flush(): void
}

/** Opens a log. @param target `stdout`, `stderr`, `off` or a file path @param failed told of the first line that could not be written */
export function openLog(
  target: string,
  base: Readonly<Record<string, unknown>>,
  metrics: Metrics,
  failed: (cause: Error) => void = () => {},
): LogSink {
  if (target === 'off') return { log: { info() {}, warn() {}, error() {} }, flush() {} }
  const dest = target === 'stdout' ? 1 : target === 'stderr' ? 2 : target
  const sink = pino.destination({
    dest,
    sync: false,
    mkdir: true,
    mode: 0o600,
    maxLength: MAX_WAITING_BYTES,
    maxWrite: MAX_WRITE_BYTES,
    minLength: 0,
  })
  const dropped = metrics.counter('weir_log_lines_dropped_total')
  let state: 'opening' | 'open' | 'broken' = 'opening'
  sink.on('ready', () => {
    state = 'open'
  })
  sink.on('drop', () => dropped.add(1))
  // A full disk or a closed pipe must not end the process; the lines are lost and counted.
  let hasFailed = false
  sink.on('error', (cause: Error) => {
    dropped.add(1)
    if (!hasFailed) failed(cause)
    hasFailed = true
    if (state !== 'opening') return
    // It will never open. Told that it is closed, pino does not fail the exit of the process over what waits in it.
    state = 'broken'
    sink.emit('close')
  })
  const logger = pino({ base: { ...base }, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'message' }, sink)
  const write = (level: 'info' | 'warn' | 'error') => (line: LogLine) => (state === 'broken' ? dropped.add(1) : logger[level](line))
  return {
    log: { info: write('info'), warn: write('warn'), error: write('error') },
    flush() {
      try {
        sink.flushSync()
      } catch {
        // Not open yet or already broken: there is nothing left that could be saved.
        dropped.add(1)
      }
    },
  }
}
