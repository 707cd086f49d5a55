// One exchange as a line of a recording.

import type { RecordedRequest } from '../contract/recording.ts'
import { maskedField, maskedTarget } from '../http/masked.ts'
import { maskedBody } from '../http/masked-body.ts'
import type { Exchange } from './exchange.ts'

/** What is written down of an exchange. */
export interface Recorded extends Pick<RecordedRequest, 'atMs' | 'durationMs' | 'connection' | 'answer'> {
  readonly x: Exchange
  /** As it came; null when it was not kept whole. */
  readonly body: Uint8Array | null
}

/** The line, without its end. @param more names of secrets beside those that are known, in lower case */
export function recordedLine({ x, atMs, durationMs, connection, body, answer }: Recorded, more: ReadonlySet<string>): string {
  const { method, scheme, target, fields } = x.incoming
  // A coded body is not looked into.
  const plain = body === null || fields.has('content-encoding') ? null : maskedBody(fields.get('content-type'), body, more)
  const content = x.incoming.body === null ? 'none' : plain === null ? 'left-out' : 'recorded'
  const lines: string[] = []
  for (const [name, value] of fields) lines.push(name, maskedField(name, value, more))
  const line: RecordedRequest = {
    type: 'request',
    atMs: rounded(atMs),
    durationMs: rounded(durationMs),
    connection,
    method,
    scheme,
    target: maskedTarget(inOriginForm(target), more),
    fields: lines,
    content,
    ...(plain === null ? {} : { body: Buffer.from(plain).toString('base64') }),
    answer,
  }
  return JSON.stringify(line)
}

// RFC 9112 §3.2.2: a server takes the absolute form too; its authority is that of Host.
function inOriginForm(target: string): string {
  if (target.startsWith('/') || target === '*') return target
  const path = target.replace(/^[a-z]+:\/\/[^/?#]*/i, '')
  return path.startsWith('/') ? path : `/${path}`
}

function rounded(ms: number): number {
  return Math.max(0, Math.round(ms * 10) / 10)
}
