// What a command is. Each verb is one, in a file of its own; main.ts lists them.

import type { Clock, Files, Timers } from '../../edge/base/ports.ts'
import type { Flags, FlagTable } from './flags.ts'

/** Where a command writes. */
export interface Terminal {
  /** A line of the result, to standard output. */
  out(line: string): void
  /** A line about the work, to standard error. */
  err(line: string): void
  /** How wide tables may be. */
  readonly columns: number
  /** Whether somebody looks at standard error while the work goes on. */
  readonly interactive: boolean
  /** Puts a line about the work in the place of the one drawn before; an empty one takes it away. For interactive terminals. */
  draw(line: string): void
}

/** What commands take from the world around them. */
export interface Surroundings {
  readonly terminal: Terminal
  readonly clock: Clock
  readonly timers: Timers
  readonly files: Files
  readonly env: Readonly<Record<string, string | undefined>>
  /** Keeps the process alive until what it gives is called: timers do not, and work that only waits for its turn would end with it. */
  hold(): () => void
  /** The name of the first signal that asks the process to end; for commands that run until then. */
  untilStopped(): Promise<string>
}

/** What a command is called with. */
export interface Call extends Surroundings {
  /** What stands on the line beside flags, the verb left out. */
  readonly args: readonly string[]
  readonly flags: Flags
}

/** A verb of the command line. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** How it is written, without `weir`; one line per form. */
  readonly usage: readonly string[]
  /** Its own flags; `--json` and `--help` are every command's. */
  readonly flags: FlagTable
  /** Lines to try, without `weir`. */
  readonly examples: readonly string[]
  /** @returns the exit code @throws CliError when it cannot do what it was asked to */
  run(call: Call): Promise<number>
}
