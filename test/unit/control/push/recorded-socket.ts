import type { StreamSocket } from '../../../../control/push/stream-session.ts'
import type { FromControl } from '../../../../edge/contract/wire.ts'

/** The socket of a stream that keeps what was written; the test says when the other side is behind. */
export class RecordedSocket implements StreamSocket {
  readonly messages: FromControl[] = []
  /** False once the other side is behind. */
  reads = true
  waiting = 0
  closed = 0

  write(line: string): boolean {
    this.messages.push(JSON.parse(line) as FromControl)
    return this.reads
  }

  waitingBytes(): number {
    return this.waiting
  }

  close(): void {
    this.closed++
  }

  /** The types of what was written. */
  get types(): string[] {
    return this.messages.map(({ type }) => type)
  }
}

/** The hello of an edge as a line. */
export function helloLine(edgeId: string, have: object = {}, more: object = {}): string {
  const nothing = { revision: 0, switchSeq: 0, endpointSeq: 0 }
  return JSON.stringify({ type: 'hello', edgeId, build: '0.1.0', contract: 1, startedAtMs: 1, have: { ...nothing, ...have }, ...more })
}
