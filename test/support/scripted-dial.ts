import type { Dial, LineEvents, LineStream } from '../../edge/base/ports.ts'

/** A stream of lines whose other end is the test. */
export class ScriptedStream implements LineStream {
  readonly url: string
  readonly token: string
  readonly events: LineEvents
  readonly sent: unknown[] = []
  closed = false

  constructor(url: string, token: string, events: LineEvents) {
    this.url = url
    this.token = token
    this.events = events
  }

  send(line: string): void {
    this.sent.push(JSON.parse(line))
  }

  close(): void {
    this.lose('closed here')
  }

  /** Ends the stream from outside. */
  lose(reason: string): void {
    if (this.closed) return
    this.closed = true
    this.events.close(reason)
  }

  /** The other end says something. */
  say(message: unknown): void {
    this.events.line(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** What was sent, of one kind. */
  of(type: string): Record<string, unknown>[] {
    return (this.sent as Record<string, unknown>[]).filter((message) => message.type === type)
  }
}

/** The port `dial` that opens streams to the test. */
export class ScriptedDial implements Dial {
  readonly streams: ScriptedStream[] = []

  lines(url: string, options: { readonly token: string }, events: LineEvents): LineStream {
    const stream = new ScriptedStream(url, options.token, events)
    this.streams.push(stream)
    return stream
  }

  /** The stream that was opened last. */
  get last(): ScriptedStream {
    return this.streams.at(-1)!
  }
}
