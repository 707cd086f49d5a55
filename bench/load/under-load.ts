import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { CASES } from './cases.ts'
import { connectionsPerLoop } from './connections.ts'
import type { Run } from './contender.ts'
import { treeCpuMs } from './cpu.ts'
import { jobProblem, provenAnswer } from './proof.ts'
import type { Figures } from './sample.ts'
import { wrk } from './wrk.ts'

const MOST_WARMUPS = 5

/** Proves the answers, warms up, times, and proves the case by the counts behind it. @throws Error when a proof fails */
export async function figuresUnderLoad(run: Run): Promise<Figures> {
  const { benchCase, running, rig, pages, folder } = run
  const { job } = CASES[benchCase]
  const workers = run.contender.workers ?? 1
  const answer = await provenAnswer(running.url, pages[0]!, job)
  await warmUp(run)

  const before = await rig.counts()
  const cpuBeforeMs = treeCpuMs(running.process.pid)
  const connections = benchCase === 'workers' ? connectionsHalfway(run, workers) : {}
  const [load, spread] = await Promise.all([
    // A thread for each worker: one cannot keep two busy, and who is idle pays for falling asleep and waking.
    wrk({ url: running.url, pagesFile: run.pagesFile, seconds: run.seconds, threads: workers, logFile: join(folder, 'wrk.log') }),
    connections,
  ])
  const cpuMs = treeCpuMs(running.process.pid) - cpuBeforeMs
  const after = await rig.counts()

  const problem = jobProblem(job, load, {
    originRequests: after.originRequests - before.originRequests,
    redisCommands: after.redisCommands - before.redisCommands,
  })
  if (problem) throw new Error(problem)
  // wrk counts statuses only as good or bad, so the answers are looked at once more.
  await provenAnswer(running.url, pages[0]!, job)
  const cpuUs = (cpuMs * 1_000) / load.answered
  const { requestsPerSecond } = load
  const capacityPerSecond = (workers * 1_000_000) / cpuUs
  return { cpuUs, requestsPerSecond, capacityPerSecond, answerFields: answer.fields, answerBytes: answer.bytes, ...spread }
}

// Until each page was asked for twice: a large site takes longer to fill than a warm-up of a small one lasts.
async function warmUp({ running, pages, pagesFile, warmupSeconds, folder, contender }: Run): Promise<void> {
  let answered = 0
  for (let tries = 0; answered < 2 * pages.length; tries++) {
    if (tries === MOST_WARMUPS) throw new Error(`only ${answered} answers in ${tries} warm-ups, too few for ${pages.length} pages`)
    const logFile = join(folder, `warmup-${tries}.log`)
    const load = await wrk({ url: running.url, pagesFile, seconds: warmupSeconds, threads: contender.workers ?? 1, logFile })
    answered += load.answered
  }
}

// A worker that has no connection would make two workers look like one.
async function connectionsHalfway({ running, seconds, port }: Run, workers: number): Promise<Figures> {
  await wait(seconds * 500)
  const counts = connectionsPerLoop(running.process.pid, port)
  if (counts.length !== workers) throw new Error(`${counts.length} of ${workers} workers had connections (${counts.join(', ')})`)
  return { fewestConnections: counts[0]!, mostConnections: counts.at(-1)! }
}
