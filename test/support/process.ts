import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import type { Scope } from './scope.ts'

// Old output is dropped beyond this, so a chatty server under load does not fill the test's memory.
const MAX_OUTPUT_CHARS = 1_000_000
const STOP_DEADLINE_MS = 20_000

/** How a process ended: its exit code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Where and with what a process starts; the environment is added to the test's own. */
export interface StartOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What it has open from descriptor 3 on, as numbers of this process. */
  readonly descriptors?: readonly number[]
}

/** Processes still running; ended with the test's own process, should it end before its teardowns have run. */
const running = new Set<ChildProcess>()
process.once('exit', killAll)
// A runner whose patience ends sends one of these, and Node then leaves without an 'exit' event.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGALRM'] as const) process.once(signal, () => leave(signal))

function killAll(): void {
  for (const child of running) child.kill('SIGKILL')
}

function leave(signal: NodeJS.Signals): void {
  killAll()
  process.kill(process.pid, signal) // Our listener is gone by now, so this time the signal does what it always does.
}

/** A real process with its output captured (standard output and error in one). */
export class TestProcess {
  readonly pid: number
  /** It has ended, and so has all that it started and that writes to the same streams. */
  readonly exited: Promise<Exit>
  /** It has ended itself. */
  readonly left: Promise<Exit>
  readonly #child: ChildProcess
  readonly #title: string
  readonly #listeners = new Set<() => void>()
  #output = ''
  #exit: Exit | null = null

  constructor(command: string, args: readonly string[], options: StartOptions = {}) {
    this.#title = [command, ...args].join(' ')
    const { cwd, env, descriptors = [] } = options
    const stdio = ['ignore', 'pipe', 'pipe', ...descriptors] satisfies StdioOptions
    this.#child = spawn(command, args, { ...(cwd === undefined ? {} : { cwd }), env: { ...process.env, ...env }, stdio })
    running.add(this.#child)
    this.pid = this.#child.pid ?? -1
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => this.#add(text))
    this.left = new Promise((resolve) => this.#child.once('exit', (code, signal) => resolve({ code, signal })))
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (cause) => this.#add(`${cause.message}\n`)) // 'close' follows
      this.#child.once('close', (code, signal) => resolve(this.#ended({ code, signal })))
    })
  }

  /** Everything written so far (at least the newest million characters). */
  get output(): string {
    return this.#output
  }

  /** How it ended, or null while it runs. */
  get exit(): Exit | null {
    return this.#exit
  }

  /**
   * The match of the first line, past or to come, that fits `pattern`.
   * @throws Error with the output, when the process ends or `deadlineMs` pass first
   */
  waitForLine(pattern: RegExp, deadlineMs = 60_000): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const match = matchLine(this.#output, pattern)
        if (!match && !this.#exit) return
        settle()
        if (match) resolve(match)
        else reject(this.#fault(`ended (${JSON.stringify(this.#exit)}) without a line like ${pattern}`))
      }
      const timer = setTimeout(() => {
        settle()
        reject(this.#fault(`wrote no line like ${pattern} within ${deadlineMs} ms`))
      }, deadlineMs)
      const settle = () => {
        clearTimeout(timer)
        this.#listeners.delete(look)
      }
      this.#listeners.add(look)
      look()
    })
  }

  /** Sends a signal; nothing happens when the process has ended. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#exit) this.#child.kill(signal)
  }

  /** Asks it to end (SIGTERM), insists (SIGKILL) after 20 s; gives how it ended. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM')
    const insist = setTimeout(() => this.signal('SIGKILL'), STOP_DEADLINE_MS)
    const exit = await this.exited
    clearTimeout(insist)
    return exit
  }

  /** Ends it at once, as a crash would (SIGKILL), also when it is paused. */
  kill(): Promise<Exit> {
    this.signal('SIGKILL')
    return this.exited
  }

  #add(text: string): void {
    this.#output += text
    if (this.#output.length > 2 * MAX_OUTPUT_CHARS) this.#output = this.#output.slice(-MAX_OUTPUT_CHARS)
    for (const look of [...this.#listeners]) look()
  }

  #ended(exit: Exit): Exit {
    this.#exit = exit
    running.delete(this.#child)
    for (const look of [...this.#listeners]) look()
    return exit
  }

  #fault(what: string): Error {
    return new Error(`${this.#title} ${what}; it wrote:\n${this.#output.slice(-4_000)}`)
  }
}

/** Starts a process that is stopped when the test ends. */
export function startProcess(t: Scope, command: string, args: readonly string[], options: StartOptions = {}): TestProcess {
  const child = new TestProcess(command, args, options)
  t.teardown(() => child.stop())
  return child
}

function matchLine(output: string, pattern: RegExp): RegExpExecArray | null {
  const lines = output.split('\n')
  lines.pop() // The last piece has no line end yet: it may be half a line.
  for (const line of lines) {
    const match = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(line)
    if (match) return match
  }
  return null
}
