import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { processTree } from './process-tree.ts'

const STOP_GRACE_MS = 3_000
const POLL_MS = 20

/** A program the bench started: its pid, what it printed, and its end. */
export interface Process {
  readonly pid: number
  /** Everything it wrote to stdout and stderr so far. */
  output(): string
  /** True once it has ended. */
  ended(): boolean
  /** Ends it and all its descendants, by pid. */
  stop(): Promise<void>
}

const running = new Set<Process>()
// Set once for good by stopAll: an interrupted bench must not start its next contender while the last one ends.
let ending = false

/**
 * Starts a program whose output goes to a file: a pipe would make the bench drain it, on the cores that are measured.
 * @throws Error when the program cannot be started, or the bench is ending
 */
export async function startProcess(command: readonly string[], logFile: string): Promise<Process> {
  if (ending) throw new Error('the bench is ending')
  const [program, ...args] = command
  const fd = openSync(logFile, 'a')
  const child = spawn(program!, args, { stdio: ['ignore', fd, fd] })
  closeSync(fd)
  await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject))
  const handle = {
    pid: child.pid!,
    output: () => readFileSync(logFile, 'utf8'),
    ended: () => child.exitCode !== null || child.signalCode !== null,
    stop: () => stop(child).finally(() => running.delete(handle)),
  }
  running.add(handle)
  return handle
}

/** Waits until `isReady` holds. @throws Error with the last lines it printed when it ends first or `timeoutMs` pass */
export async function untilReady(process: Process, isReady: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs
  while (!(await isReady())) {
    if (process.ended()) throw new Error(`it ended before it was ready:\n${lastLines(process)}`)
    if (Date.now() > deadlineMs) throw new Error(`it was not ready after ${timeoutMs} ms:\n${lastLines(process)}`)
    await wait(POLL_MS)
  }
}

/** True once `stopAll` was called. */
export function isEnding(): boolean {
  return ending
}

/** Ends everything that still runs, and lets nothing be started any more; safe to call at any moment. */
export async function stopAll(): Promise<void> {
  ending = true
  await Promise.all([...running].map((process) => process.stop()))
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // Taken while the parent lives: afterwards its children belong to init and could not be found.
  const tree = processTree(child.pid!)
  child.kill('SIGTERM')
  const gone = await Promise.race([ended.then(() => true), wait(STOP_GRACE_MS, false, { ref: false })])
  if (gone) return
  for (const pid of tree) kill(pid)
  await ended
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (cause) {
    // A child that ended with its parent is what we wanted.
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause
  }
}

function lastLines(process: Process): string {
  return process.output().trim().split('\n').slice(-8).join('\n')
}
