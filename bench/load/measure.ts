import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchCase, Contender, Running, Start } from './contender.ts'
import { treeCpuMs } from './cpu.ts'
import { freePort, get } from './request.ts'
import { BODY, type Counts } from './rig.ts'
import { type Load, PAGES, wrk } from './wrk.ts'

/** What one timed run of one contender in one case came to. */
export interface Sample {
  readonly contender: string
  readonly benchCase: BenchCase
  /** 1 for the first round; samples of one round were taken one after the other. */
  readonly round: number
  /** CPU of the contender's process tree per answered request, in microseconds. */
  readonly cpuUs: number
  readonly requestsPerSecond: number
}

/** What a timed run is asked for. */
export interface Timing extends Omit<Start, 'port'> {
  readonly round: number
  readonly warmupSeconds: number
  readonly seconds: number
}

// A memory hit may ask Redis for other things now and then; a count may miss what was in flight at either end.
const SLACK = 0.02
// Requests a limit of 1/s may let pass before it refuses.
const MAX_BURST = 50

/** Starts a contender, proves its answers, warms it up, times it, proves the case by the counts behind it, ends it. @throws Error when a proof fails */
export async function measure(contender: Contender, timing: Timing): Promise<Sample> {
  mkdirSync(timing.folder, { recursive: true })
  await timing.rig.clear()
  const running = await contender.start({ ...timing, port: await freePort() })
  try {
    return { contender: contender.name, benchCase: timing.benchCase, round: timing.round, ...(await time(running, timing)) }
  } finally {
    await running.process.stop()
  }
}

async function time({ url, process }: Running, timing: Timing): Promise<Pick<Sample, 'cpuUs' | 'requestsPerSecond'>> {
  const pages = `${url}/${timing.benchCase}/`
  await checkAnswers(pages, timing.benchCase)
  const warmup = await wrk(pages, timing.warmupSeconds, join(timing.folder, 'warmup.log'))
  if (warmup.answered < 2 * PAGES) throw new Error(`only ${warmup.answered} answers in the warm-up: not every page was asked for twice`)

  const before = await timing.rig.counts()
  const cpuBeforeMs = treeCpuMs(process.pid)
  const load = await wrk(pages, timing.seconds, join(timing.folder, 'wrk.log'))
  const cpuMs = treeCpuMs(process.pid) - cpuBeforeMs
  const after = await timing.rig.counts()

  const problem = caseProblem(timing.benchCase, load, {
    originRequests: after.originRequests - before.originRequests,
    redisCommands: after.redisCommands - before.redisCommands,
  })
  if (problem) throw new Error(problem)
  // wrk counts statuses only as good or bad, so the answers are looked at once more.
  await checkAnswers(pages, timing.benchCase)
  return { cpuUs: (cpuMs * 1_000) / load.answered, requestsPerSecond: load.requestsPerSecond }
}

/** What shows that a timed run was not the case it claims, or undefined. `asked` is what origin and Redis were asked meanwhile. */
export function caseProblem(benchCase: BenchCase, load: Load, asked: Counts): string | undefined {
  if (load.socketErrors > 0) return `${load.socketErrors} socket errors`
  const refused = load.refused / load.answered
  const origin = asked.originRequests / load.answered
  const redis = asked.redisCommands / load.answered
  const shares = `per answer: ${refused.toFixed(3)} refused, origin asked ${origin.toFixed(3)}, Redis asked ${redis.toFixed(3)}`
  if (benchCase === 'limited') return refused < 1 - SLACK || origin > SLACK ? `not nearly all refused (${shares})` : undefined
  if (refused > 0) return `answers that were not 2xx (${shares})`
  if (benchCase === 'pass') return origin < 1 - SLACK ? `not every request reached the origin (${shares})` : undefined
  if (origin > SLACK) return `not served from a cache (${shares})`
  if (benchCase === 'hit-l2') return redis < 1 - SLACK ? `not every answer came from Redis (${shares})` : undefined
  return redis > SLACK ? `not served from memory (${shares})` : undefined
}

async function checkAnswers(pages: string, benchCase: BenchCase): Promise<void> {
  // A limit lets its burst pass first; a cache is filled by the first answer, and the third is what will be timed.
  const tries = benchCase === 'limited' ? MAX_BURST : 3
  for (let i = 0; i < tries; i++) {
    const { status, body } = await get(`${pages}1`)
    if (benchCase === 'limited' && status === 429) return
    if (status !== 200 || body !== BODY) throw new Error(`wrong answer: status ${status}, ${body.length} bytes: ${body.slice(0, 80)}`)
  }
  if (benchCase === 'limited') throw new Error(`no 429 in ${tries} requests`)
}
