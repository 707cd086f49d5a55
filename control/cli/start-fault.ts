// Why a control plane could not start, and what to do about it.

import { EdgeError } from '../../edge/base/edge-error.ts'
import type { Problem } from '../../edge/contract/problem.ts'
import { type CliError, refusal } from './cli-error.ts'
import { faultSentence } from './fault-sentence.ts'
import { counted, problemLines } from './report.ts'

/** The file that was started with, and the member of it that says where to listen. */
export interface StartedWith {
  readonly file: string
  readonly member: string
}

/** A start that failed as a sentence and its problems. Anything may have been thrown. */
export function startFault(thrown: unknown, { file, member }: StartedWith): CliError {
  if (!(thrown instanceof EdgeError)) return refusal(faultSentence(thrown))
  const { detail, code, cause } = thrown
  if (code === 'LISTEN_FAILED') return refusal(`${reasonOf(cause, String(detail.address))}; ${member} in ${file} says where to listen`)
  const problems = detail.problems as readonly Problem[] | undefined
  if (problems === undefined) return refusal(faultSentence(thrown))
  const path = String(detail.path)
  return refusal([`${path} has ${counted(problems.length, 'problem')}:`, ...problemLines(path, problems)].join('\n'), problems)
}

function reasonOf(cause: unknown, address: string): string {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  if (code === 'EADDRINUSE') return `${address} is taken by another program; stop it, or choose another`
  return cause instanceof Error ? `${address} cannot be listened on: ${faultSentence(cause)}` : `${address} cannot be listened on`
}
