// What a pool made of a request is told to the tally of its group. Only requests that were drawn count: who forces a group, and crawlers,
// are other people than those that it is compared with.

import { asEdgeError } from '../base/edge-error.ts'
import type { GroupTally } from '../traffic/group-tally.ts'
import type { Exchange } from './exchange.ts'
import type { Fetched } from './send-to-pool.ts'

/** Notes how sending ends, and gives what it gives. */
export async function toldGroup(sending: Promise<Fetched>, tally: GroupTally, x: Exchange): Promise<Fetched> {
  const { groupBy } = x.why
  if (groupBy !== 'cohort' && groupBy !== 'chance') return sending
  const { clock } = x.tools
  const beganMs = clock.monotonicMs()
  try {
    const fetched = await sending
    const tookMs = clock.monotonicMs() - beganMs
    if (fetched.answer.status >= 500) tally.failed(tookMs)
    else tally.answered(tookMs)
    return fetched
  } catch (thrown) {
    if (asEdgeError(thrown).row.source === 'upstream') tally.failed(clock.monotonicMs() - beganMs)
    throw thrown
  }
}
