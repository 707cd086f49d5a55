// Why an edge could not start, or cannot go on, as a sentence for who started it.

import { EdgeError } from '../base/edge-error.ts'
import type { Problem } from '../contract/problem.ts'
import { formatProblem } from '../contract/read-site.ts'

/** What is wrong and what to do, without a line end at the end. */
export function startFault(thrown: unknown): string {
  if (!(thrown instanceof EdgeError)) return `The edge could not start: ${thrown instanceof Error ? thrown.message : String(thrown)}`
  const { code, detail } = thrown
  if (code === 'LISTEN_FAILED') return listenFault(detail)
  if (Array.isArray(detail.problems)) {
    return [
      `${String(detail.file)} is not a valid site:`,
      ...(detail.problems as Problem[]).map((problem) => formatProblem(String(detail.file), problem)),
    ].join('\n')
  }
  if (detail.file !== undefined) return `The edge could not start: ${fileFault(thrown)}`
  return `The edge could not start: ${String(detail.reason ?? thrown.message)}`
}

/** Why an edge that served has to end: a socket that it cannot open again is gone. */
export function lostFault({ detail }: EdgeError): string {
  return (
    `${String(detail.listen)} cannot be listened on any more (${String(detail.reason)}), ` +
    'and only a new process can be given that socket again. This one ends, so that whoever started it starts it again.'
  )
}

function fileFault({ code, detail, cause }: EdgeError): string {
  const reason = String(detail.reason ?? (cause instanceof Error ? cause.message : cause))
  return code === 'CONFIG_UNREADABLE' ? `${String(detail.file)} cannot be read: ${reason}` : `${String(detail.file)} ${reason}`
}

function listenFault(detail: Readonly<Record<string, unknown>>): string {
  const reason = String(detail.reason ?? '')
  const listen = String(detail.listen ?? 'The address')
  const what =
    reason === 'EADDRINUSE'
      ? 'is taken by another process'
      : reason === 'EACCES'
        ? // The system says the same of a folder that is not there.
          `may not be used by this user${listen.startsWith('unix:') ? ', or its folder is not there' : ''}`
        : `cannot be listened on (${reason})`
  const advice = detail.advice ?? 'Choose another with --listen or in the bootstrap file, or end the process that has it.'
  return `${listen} ${what}. ${String(advice)}`
}
