// How a command ends when it does not do what it was asked to. Thrown anywhere below a command, told at one place in run-command.

import type { Problem } from '../../edge/contract/problem.ts'

/** Exit codes, the same for every command. */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const

/** A command that cannot go on: the exit code, a sentence that says what to do next, and the problems behind it. */
export class CliError extends Error {
  readonly exitCode: number
  readonly problems: readonly Problem[]

  constructor(exitCode: number, sentence: string, problems: readonly Problem[] = []) {
    super(sentence)
    this.name = 'CliError'
    this.exitCode = exitCode
    this.problems = problems
  }
}

/** The command was not written as it must be. */
export function usageError(sentence: string): CliError {
  return new CliError(EXIT.usage, sentence)
}

/** The command was understood and refused, or it failed. */
export function refusal(sentence: string, problems: readonly Problem[] = []): CliError {
  return new CliError(EXIT.refused, sentence, problems)
}
