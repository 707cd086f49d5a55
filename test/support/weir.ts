import { fileURLToPath } from 'node:url'
import { type Exit, type StartOptions, startProcess } from './process.ts'
import type { Scope } from './scope.ts'

/** The file that is the `weir` command. */
export const WEIR = fileURLToPath(new URL('../../bin/weir.js', import.meta.url))

/** A Weir started as a user starts it. */
export interface TestWeir {
  /** The port of its first `weir: listening on …` line. */
  readonly port: number
  readonly url: string
  readonly pid: number
  /** It has ended; a successor may live on. */
  readonly left: Promise<Exit>
  /** All it wrote so far. */
  readonly output: string
  /** See `TestProcess.waitForLine`. */
  waitForLine(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray>
  stop(): Promise<Exit>
  kill(): Promise<Exit>
}

/** A Weir command that ran to its end. */
export interface WeirRun {
  readonly code: number | null
  readonly output: string
}

/**
 * Runs `weir …args` and waits for `weir: listening on http://host:port`; stopped when the test ends.
 * @throws Error with its output when it ends first or says nothing for 90 s
 */
export async function startWeir(t: Scope, args: readonly string[], options: StartOptions = {}): Promise<TestWeir> {
  const child = startProcess(t, process.execPath, [WEIR, ...args], options)
  const match = await child.waitForLine(/weir: listening on (https?:\/\/\S+:(\d+))/, 90_000)
  return {
    port: Number(match[2]),
    url: match[1] as string,
    pid: child.pid,
    left: child.left,
    get output() {
      return child.output
    },
    waitForLine: (pattern, deadlineMs) => child.waitForLine(pattern, deadlineMs),
    stop: () => child.stop(),
    kill: () => child.kill(),
  }
}

/** Runs `weir …args` to its end, e.g. `weir check FILE`, and gives its exit code and output. */
export async function runWeir(t: Scope, args: readonly string[], options: StartOptions = {}): Promise<WeirRun> {
  const child = startProcess(t, process.execPath, [WEIR, ...args], options)
  const { code } = await child.exited
  return { code, output: child.output }
}
