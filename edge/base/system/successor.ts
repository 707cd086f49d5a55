// Starting a process that comes after this one. It is given descriptors of ours from 3 on, and behind them the writing end of a pipe:
// one line there says that it serves. Its number is in the environment, as with readiness notification of s6.

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, writeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Timers } from '../ports.ts'

/** The variable that holds the number of the pipe. */
export const READY_VARIABLE = 'WEIR_READY_FD'
const FIRST_DESCRIPTOR = 3
/** How long one that was asked to end may take. */
const END_WITHIN_MS = 5_000

/** How a successor is started. */
export interface SuccessorRecipe {
  readonly command: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How long it may take until it serves. */
  readonly deadlineMs: number
}

/** A process that was started to come after this one. */
export interface StartedSuccessor {
  readonly pid: number
  /** Resolves with null once it serves, or with the reason why it does not and never will. */
  readonly serving: Promise<string | null>
  /** Ends it, unless it serves by then. */
  end(): void
}

/** Starts a successor. @param descriptors what it has open from descriptor 3 on @param more variables beside those of the recipe */
export function startSuccessor(
  recipe: SuccessorRecipe,
  descriptors: readonly number[],
  more: Readonly<Record<string, string>>,
  timers: Timers,
): StartedSuccessor {
  const child = spawn(recipe.command, [...recipe.args], {
    stdio: ['inherit', 'inherit', 'inherit', ...descriptors, 'pipe'],
    env: { ...recipe.environment, ...more, [READY_VARIABLE]: String(FIRST_DESCRIPTOR + descriptors.length) },
  })
  const pipe = child.stdio.at(-1) as Readable
  const { promise: serving, resolve } = Promise.withResolvers<string | null>()
  let isOver = false
  const settle = (reason: string | null) => {
    isOver = true
    stopWaiting()
    pipe.destroy()
    // What comes after us must not keep us.
    child.unref()
    resolve(reason)
  }
  const end = (reason: string) => {
    if (isOver) return
    settle(reason)
    kill(child, timers)
  }
  const stopWaiting = timers.after(recipe.deadlineMs, () => end(`it did not serve within ${recipe.deadlineMs} ms`))
  child.once('error', (cause) => isOver || settle(`it could not be started: ${cause.message}`))
  child.once('exit', (code, signal) => isOver || settle(signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`))
  pipe.once('data', () => isOver || settle(null))
  // The end of the process says more than that of its pipe.
  pipe.on('error', () => pipe.destroy())
  return { pid: child.pid ?? -1, serving, end: () => end('it was not wanted any more') }
}

/** Says to the process before this one that this one serves. @param fd the number of the pipe */
export function sayServing(fd: number): void {
  writeSync(fd, '\n')
  closeSync(fd)
}

function kill(child: ChildProcess, timers: Timers): void {
  child.kill('SIGTERM')
  const insist = timers.after(END_WITHIN_MS, () => child.kill('SIGKILL'))
  child.once('exit', insist)
}
