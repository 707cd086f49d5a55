import type { Log, LogLine } from '../../edge/base/ports.ts'

/** A line as it was logged, with its level. */
export type RecordedLine = LogLine & { readonly level: 'info' | 'warn' | 'error' }

/** The port `log` that keeps its lines for the test to look at. */
export class RecordingLog implements Log {
  readonly lines: RecordedLine[] = []

  info(line: LogLine): void {
    this.lines.push({ ...line, level: 'info' })
  }

  warn(line: LogLine): void {
    this.lines.push({ ...line, level: 'warn' })
  }

  error(line: LogLine): void {
    this.lines.push({ ...line, level: 'error' })
  }

  /** The lines of one event, oldest first. */
  of(event: string): RecordedLine[] {
    return this.lines.filter((line) => line.event === event)
  }
}
