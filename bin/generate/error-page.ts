// docs/errors.md: the error table with what each code means to who runs the edge.

import { ERRORS, type ErrorCode, type ErrorRow, type ErrorSource } from '../../edge/contract/errors.ts'
import { ERROR_ADVICE } from './error-advice.ts'
import { GENERATED } from './markdown.ts'

const INTRODUCTION = `# Errors

Every fault has a code. The client sees the status and one sentence that says nothing of the inside; the code stands in the access log, in the answers of
the control plane and in \`weir_faults_total{code="…"}\`. Codes are never reused, so a code in an old log means what it means here.

*Sent to another peer* says whether the same request may be tried again elsewhere after this fault (RFC 9110 §9.2.2); how often, the pool says ([upstreams](upstreams.md#retries)).`

const SOURCES: Readonly<Record<ErrorSource, string>> = {
  client: 'The client did something that is not served',
  edge: 'The edge will not or cannot serve',
  upstream: 'The origin failed',
  store: 'A store failed',
  config: 'Configuration or start-up failed',
}

const RETRIES: Readonly<Record<ErrorRow['retry'], string>> = {
  always: 'yes: nothing of the request can have run',
  'if-idempotent': 'only requests that are safe to repeat',
  never: 'no',
}

/** The text of docs/errors.md. */
export function errorPage(): string {
  const entries = Object.entries(ERRORS) as [ErrorCode, ErrorRow][]
  const sections = Object.entries(SOURCES).map(([source, title]) => {
    const rows = entries.filter(([, row]) => row.source === source).map(([code, row]) => entry(code, row))
    return [`## ${title}`, ...rows].join('\n\n')
  })
  return `${GENERATED}\n${[INTRODUCTION, ...sections].join('\n\n')}\n`
}

function entry(code: ErrorCode, row: ErrorRow): string {
  return [
    `### ${code}`,
    `Status ${row.status}. Sent to another peer: ${RETRIES[row.retry]}. The client reads: “${row.sentence}”`,
    ERROR_ADVICE[code],
  ].join('\n\n')
}
