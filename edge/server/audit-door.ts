// `POST /cache/audit` of the admin port: begins an audit, and answers with lines of JSON while it goes on. It is work for origins, and with
// `fix=yes` it changes what is kept, so it is for programs on this machine alone, and for no page in somebody's browser.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../base/ports.ts'
import { type AuditLine, AuditSchema, type AuditTerms } from '../contract/audit.ts'
import { validate } from '../contract/validate.ts'
import { type AdminRefusal, refuseStranger } from './admin-refusal.ts'
import type { AuditDesk } from './audit-desk.ts'

/** Progress is told this often at most. */
const TELL_EVERY_MS = 100
/** Answers a request for an audit; gives why it does not, and then nothing was sent. */
export function takeAudit(request: IncomingMessage, response: ServerResponse, audits: AuditDesk, clock: Clock): AdminRefusal | null {
  const stranger = refuseStranger(request)
  if (stranger !== null) return stranger
  const terms = auditTerms(new URLSearchParams(request.url?.split('?', 2)[1]))
  if (typeof terms === 'string') return { status: 400, message: terms }
  const say = (line: AuditLine) => response.write(`${JSON.stringify(line)}\n`)
  let toldMs = Number.NEGATIVE_INFINITY
  const running = audits.begin(terms, (progress) => {
    const nowMs = clock.monotonicMs()
    if (nowMs - toldMs < TELL_EVERY_MS && progress.done < progress.of) return
    toldMs = nowMs
    say({ type: 'progress', ...progress })
  })
  if (running === null) return { status: 409, message: 'an audit is under way' }
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  response.on('close', running.stop)
  running.report.then(
    (report) => {
      response.off('close', running.stop)
      say({ type: 'report', report })
      response.end()
    },
    (cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined),
  )
  return null
}

/** The terms in a query such as `sample=200&ratePerS=20&fix=no`; a sentence when they are none. */
export function auditTerms(query: URLSearchParams): AuditTerms | string {
  const numbers: Record<string, unknown> = {}
  for (const [name, text] of query) {
    if (name === 'fix' && (text === 'yes' || text === 'no')) continue
    if ((name !== 'sample' && name !== 'ratePerS') || !/^[0-9]{1,9}$/.test(text)) return 'there are sample=N, ratePerS=N and fix=yes or no'
    numbers[name] = Number(text)
  }
  const read = validate(AuditSchema, numbers)
  if (!read.ok) return read.problems.map(({ pointer, message }) => `${pointer.slice(1)} ${message}`).join('; ')
  const { sample, ratePerS } = read.value
  return { sample, ratePerS, fix: query.get('fix') === 'yes' ? 'yes' : 'no' }
}
