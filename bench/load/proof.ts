import type { Job } from './cases.ts'
import type { Page } from './pages.ts'
import { type Answer, get } from './request.ts'
import { BODY, type Counts } from './rig.ts'
import type { Load } from './wrk.ts'

// A run must prove that it was the case it claims: by its answers before and after, and by what origin and Redis were asked meanwhile.

// A memory hit may ask Redis for other things now and then; a count may miss what was in flight at either end.
const SLACK = 0.02
// Requests a limit of 1/s may let pass before it refuses.
const MAX_BURST = 50

/** Asks until the answer is one that will be timed, and looks at each. @returns that one @throws Error for a wrong answer */
export async function provenAnswer(url: string, page: Page, job: Job): Promise<Answer> {
  // A limit lets its burst pass first; a cache is filled by the first answer, and the third is what will be timed.
  const tries = job === 'limited' ? MAX_BURST : 3
  let answer: Answer | undefined
  for (let i = 0; i < tries; i++) {
    answer = await get(url, page)
    const { status, body } = answer
    if (job === 'limited' && status === 429) return answer
    if (status !== 200 || body !== BODY) throw new Error(`wrong answer: status ${status}, ${body.length} bytes: ${body.slice(0, 80)}`)
  }
  if (job === 'limited') throw new Error(`no 429 in ${tries} requests`)
  return answer!
}

/** What shows that a timed run was not the job it claims, or undefined. `asked` is what origin and Redis were asked meanwhile. */
export function jobProblem(job: Job, load: Load, asked: Counts): string | undefined {
  if (load.socketErrors > 0) return `${load.socketErrors} socket errors`
  const refused = load.refused / load.answered
  const origin = asked.originRequests / load.answered
  const redis = asked.redisCommands / load.answered
  const shares = `per answer: ${refused.toFixed(3)} refused, origin asked ${origin.toFixed(3)}, Redis asked ${redis.toFixed(3)}`
  if (job === 'limited') return refused < 1 - SLACK || origin > SLACK ? `not nearly all refused (${shares})` : undefined
  if (refused > 0) return `answers that were not 2xx (${shares})`
  if (job === 'pass') return origin < 1 - SLACK ? `not every request reached the origin (${shares})` : undefined
  if (origin > SLACK) return `not served from a cache (${shares})`
  if (job === 'hit-l2') return redis < 1 - SLACK ? `not every answer came from Redis (${shares})` : undefined
  return redis > SLACK ? `not served from memory (${shares})` : undefined
}
