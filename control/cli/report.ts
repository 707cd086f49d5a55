// How commands say what came of them: lines for people, or one JSON value with --json.

import type { Problem } from '../../edge/contract/problem.ts'
import { formatProblem } from '../../edge/contract/read-site.ts'
import type { Call } from './command.ts'

/** Prints `value` as JSON when that was asked for, else the lines. */
export function report(call: Pick<Call, 'flags' | 'terminal'>, value: unknown, lines: readonly string[]): void {
  if (call.flags.has('json')) return call.terminal.out(JSON.stringify(value, null, 2))
  for (const line of lines) call.terminal.out(line)
}

/** Problems as lines, `file:line:col  /pointer  message`. */
export function problemLines(file: string, problems: readonly Problem[]): string[] {
  return problems.map((problem) => formatProblem(file, problem))
}

/** `1 route`, `2 routes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** A date as people read it, to the second, in UTC. */
export function shownDate(atMs: number): string {
  return new Date(atMs).toISOString().replace('T', ' ').slice(0, 19)
}
