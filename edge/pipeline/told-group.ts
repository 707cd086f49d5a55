// What a pool made of a request is told to the tally of its group. Only requests that were drawn count: who forces a group, and crawlers,
// are other people than those that it is compared with.

import { asEdgeError } from '../base/edge-error.ts'
import type { RoutePlan, TallyPlan } from '../config/snapshot.ts'
import { plainlyFails } from '../traffic/canary-fuse.ts'
import type { Exchange } from './exchange.ts'
import type { Fetched } from './send-to-pool.ts'
import { sharesOf } from './split.ts'

/** Notes how sending ends, and gives what it gives. */
export async function toldGroup(sending: Promise<Fetched>, route: RoutePlan, tally: TallyPlan, x: Exchange): Promise<Fetched> {
  const { groupBy } = x.why
  if (groupBy !== 'cohort' && groupBy !== 'chance') return sending
  const { clock } = x.tools
  const beganMs = clock.monotonicMs()
  try {
    const fetched = await sending
    const tookMs = clock.monotonicMs() - beganMs
    if (fetched.answer.status >= 500) failed(tookMs, route, tally, x)
    else tally.own.answered(tookMs)
    return fetched
  } catch (thrown) {
    if (asEdgeError(thrown).row.source === 'upstream') failed(clock.monotonicMs() - beganMs, route, tally, x)
    throw thrown
  }
}

function failed(tookMs: number, { id }: RoutePlan, { own, control }: TallyPlan, x: Exchange): void {
  own.failed(tookMs)
  if (control === null || !plainlyFails(own.recent, control.recent)) return
  const whole = x.snapshot.plans.get(id)
  if (whole === undefined || whole.split === null) return
  x.tools.log.warn({ event: 'canary-fuse-blown', route: id, group: own.group, ...own.recent })
  own.blowFuse(sharesOf(whole, whole.split, x))
}
