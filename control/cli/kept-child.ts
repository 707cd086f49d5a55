// A child process that is kept running: started, awaited until it says that it is ready, started again when it ends by itself.

import { type ChildProcess, spawn } from 'node:child_process'
import type { Cancel } from '../../edge/base/ports.ts'
import { formatDurationMs, MINUTE_MS, SECOND_MS } from '../../edge/contract/units.ts'
import { refusal } from './cli-error.ts'
import type { Surroundings } from './command.ts'

const READY_WITHIN_MS = MINUTE_MS
const FIRST_RESTART_MS = 500
const MAX_RESTART_MS = 30 * SECOND_MS
/** A child that lived this long starts with the shortest wait again when it ends. */
const SETTLED_AFTER_MS = MINUTE_MS
/** A line longer than this is passed on in pieces. */
const MAX_LINE_CHARS = 64 * 1024

/** What is run, and how it shows that it is ready. */
export interface ChildRecipe {
  /** What people call it, e.g. `edge`. */
  readonly name: string
  /** The arguments of Node. */
  readonly args: readonly string[]
  /** The line of its standard output that says it is ready. */
  readonly ready: RegExp
  /** Takes each line of its standard error. */
  readonly log: (line: string) => void
}

type World = Pick<Surroundings, 'terminal' | 'timers' | 'clock'>

/** A child that is kept running until it is stopped. Its standard output is passed on line by line. */
export class KeptChild {
  readonly #recipe: ChildRecipe
  readonly #world: World
  #process: ChildProcess
  #startedAtMs = 0
  #restarts = 0
  #state: 'starting' | 'running' | 'stopping' = 'starting'
  #restarting: Cancel | null = null
  #readyLine: (match: RegExpExecArray) => void = () => {}
  #ended: (how: string) => void = () => {}

  private constructor(recipe: ChildRecipe, world: World) {
    this.#recipe = recipe
    this.#world = world
    this.#process = this.#spawn()
  }

  /**
   * Starts a child and waits until it is ready.
   * @returns the child and what its ready line matched
   * @throws CliError when it ends first, or is not ready within a minute; nothing runs on then
   */
  static async start(recipe: ChildRecipe, world: World): Promise<{ readonly child: KeptChild; readonly match: RegExpExecArray }> {
    const child = new KeptChild(recipe, world)
    const outcome = await child.#firstReady()
    if (typeof outcome !== 'string') return { child, match: outcome }
    await child.stop(0)
    throw refusal(`the ${recipe.name} could not start: ${outcome}`)
  }

  /** Process id of the present run. */
  get pid(): number | undefined {
    return this.#process.pid
  }

  /** From now on it is not started again when it ends. */
  letGo(): void {
    this.#state = 'stopping'
    this.#restarting?.()
  }

  /** Asks it to end (SIGTERM), insists (SIGKILL) after `graceMs`, and resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.letGo()
    const child = this.#process
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const cancel = this.#world.timers.after(graceMs, () => child.kill('SIGKILL'))
    await gone
    cancel()
  }

  #firstReady(): Promise<RegExpExecArray | string> {
    return new Promise((resolve) => {
      const cancel = this.#world.timers.after(READY_WITHIN_MS, () =>
        resolve(`it was not ready within ${formatDurationMs(READY_WITHIN_MS)}`),
      )
      this.#readyLine = (match) => {
        cancel()
        this.#state = 'running'
        resolve(match)
      }
      this.#ended = (how) => {
        cancel()
        resolve(how)
      }
    })
  }

  #spawn(): ChildProcess {
    this.#startedAtMs = this.#world.clock.monotonicMs()
    // The channel tells the child when this process is gone, however it went: an orphan would keep the ports.
    const child = spawn(process.execPath, [...this.#recipe.args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    eachLine(child.stdout!, (line) => this.#said(line))
    eachLine(child.stderr!, (line) => this.#recipe.log(line))
    child.once('error', (cause) => this.#over(cause.message))
    child.once('exit', (code, signal) => this.#over(signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`))
    return child
  }

  #said(line: string): void {
    const match = this.#state === 'starting' ? this.#recipe.ready.exec(line) : null
    // Who waits for the first ready line says it, once all else is ready too.
    if (match) this.#readyLine(match)
    else this.#world.terminal.out(line)
  }

  #over(how: string): void {
    if (this.#state === 'stopping' || this.#restarting) return
    if (this.#state === 'starting') return this.#ended(how)
    const settled = this.#world.clock.monotonicMs() - this.#startedAtMs > SETTLED_AFTER_MS
    this.#restarts = settled ? 0 : this.#restarts
    const waitMs = Math.min(MAX_RESTART_MS, FIRST_RESTART_MS * 2 ** this.#restarts++)
    this.#world.terminal.err(`weir: the ${this.#recipe.name} is gone, ${how}; it is started again in ${formatDurationMs(waitMs)}`)
    this.#restarting = this.#world.timers.after(waitMs, () => {
      this.#restarting = null
      this.#process = this.#spawn()
    })
  }
}

function eachLine(stream: NodeJS.ReadableStream, line: (text: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    if (rest.length > MAX_LINE_CHARS) {
      lines.push(rest)
      rest = ''
    }
    for (const each of lines) line(each)
  })
  stream.on('end', () => {
    if (rest !== '') line(rest)
  })
}
