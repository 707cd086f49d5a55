// Asks the admin port of an edge for an audit of its cache, and reads its lines as they come.

import { type IncomingMessage, request } from 'node:http'
import { LineReader } from '../../edge/base/line-reader.ts'
import type { AuditLine, AuditProgress, AuditReport, AuditTerms } from '../../edge/contract/audit.ts'

/** Whom to ask for what. */
export interface AuditAsk {
  /** The admin port, e.g. `http://127.0.0.1:9901`. */
  readonly edge: URL
  readonly terms: AuditTerms
  /** Hears how far it is. */
  readonly told: (progress: AuditProgress) => void
  /** Resolves when nobody wants the report any more. */
  readonly stopped: Promise<unknown>
}

/** What came of it. */
export type AuditAnswer =
  | { readonly ok: true; readonly report: AuditReport }
  | { readonly ok: false; readonly kind: 'unreachable' | 'refused'; readonly sentence: string }

/** The longest line: a report of all groups that there can be, with their examples. */
const MAX_LINE_BYTES = 64 * 1024 * 1024

/** Runs an audit to its end. Never rejects. */
export function auditEdge({ edge, terms, told, stopped }: AuditAsk): Promise<AuditAnswer> {
  const { sample, ratePerS, fix } = terms
  const url = new URL(`/cache/audit?sample=${sample}&ratePerS=${ratePerS}&fix=${fix}`, edge)
  return new Promise((resolve) => {
    const broken = (cause: Error) =>
      resolve({ ok: false, kind: 'unreachable', sentence: `${edge.origin} does not answer: ${cause.message}` })
    const sent = request(url, { method: 'POST', agent: false })
    sent.on('error', broken)
    sent.on('response', (answer) => {
      answer.on('error', broken)
      readLines(answer, told, resolve)
    })
    sent.end()
    void stopped.then(() => {
      resolve({ ok: false, kind: 'refused', sentence: 'stopped; the edge compares nothing more' })
      sent.destroy()
    })
  })
}

function readLines(answer: IncomingMessage, told: AuditAsk['told'], resolve: (answer: AuditAnswer) => void): void {
  const reader = new LineReader(MAX_LINE_BYTES)
  const refused = (sentence: string) => resolve({ ok: false, kind: 'refused', sentence })
  const said: string[] = []
  answer.on('data', (chunk: Buffer) => {
    const lines = reader.take(chunk)
    if (lines === 'too-long') return void answer.destroy(new Error('its answer is too long'))
    if (answer.statusCode !== 200) return void said.push(...lines)
    for (const text of lines) {
      const line = readLine(text)
      if (line?.type === 'progress') told(line)
      if (line?.type === 'report') resolve({ ok: true, report: line.report })
    }
  })
  answer.on('end', () => refused(answer.statusCode === 200 ? 'the audit ended without a report' : messageOf(said.join('\n'), answer)))
}

function readLine(text: string): AuditLine | null {
  try {
    return JSON.parse(text) as AuditLine
  } catch {
    return null
  }
}

function messageOf(text: string, { statusCode }: IncomingMessage): string {
  const { message } = (readLine(text) as { message?: unknown } | null) ?? {}
  return typeof message === 'string' ? message : `the edge answered ${statusCode}`
}
