// What the API says when it refuses (RFC 9457 problem details), as a sentence that says what to do next.

import type { Problem } from '../../edge/contract/problem.ts'
import { isMapValue } from '../../edge/contract/shape.ts'

/** A refusal for a person: a sentence, with a line for each problem below it, and the problems themselves. */
export interface Refusal {
  readonly sentence: string
  readonly problems: readonly Problem[]
}

/** What to do next where the API, which does not know who asks it, cannot say it. */
const NEXT_STEPS: Readonly<Record<number, string>> = {
  401: 'set --token or WEIR_TOKEN to a token of this control plane',
  403: 'ask an admin for a token that may',
}

/** Whether a body is one of the API's refusals: every one of them has a title. */
export function isProblem(body: unknown): boolean {
  return isMapValue(body) && isText(body.title)
}

/** Reads a refusal from the status and body of an answer; the body may be anything. */
export function readProblem(status: number, body: unknown): Refusal {
  const said = isMapValue(body) ? [body.title, body.detail].filter(isText) : []
  const [title, detail] = said
  const what = detail ?? title ?? `the control plane answered ${status}`
  const next = NEXT_STEPS[status]
  const problems = problemsOf(body)
  // A problem that the sentence tells already is not told twice.
  const lines = problems.filter(({ message }) => message !== what).map(({ pointer, message }) => `  ${pointer || '/'}  ${message}`)
  const sentence = next === undefined ? what : `${what.replace(/\.$/, '')}; ${next}`
  return { sentence: [sentence, ...lines].join('\n'), problems }
}

function problemsOf(body: unknown): readonly Problem[] {
  if (!isMapValue(body) || !Array.isArray(body.problems)) return []
  return body.problems.filter((problem): problem is Problem => isMapValue(problem) && isText(problem.message) && isText(problem.pointer))
}

const isText = (value: unknown): value is string => typeof value === 'string'
