// Copies on disk, as the line uses them: a good answer is copied now and then, and a copy answers when nothing else can.

import type { Entry } from '../cache/entry.ts'
import { remainingMs } from '../cache/freshness.ts'
import type { RoutePlan } from '../config/snapshot.ts'
import { keyOfTarget } from './cache-target.ts'
import { entryAnswer } from './entry-answer.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import { seriesOf } from './match.ts'

/** Copies an answer that was just kept, where its route wants copies and it is a good one. */
export function keepCopy(key: string, entry: Entry, { route }: Asked, x: Exchange): void {
  const { staticEveryMs } = route.config.degrade
  if (staticEveryMs === 0 || entry.status !== 200) return
  const writing = x.tools.copies?.keep(key, entry, staticEveryMs) ?? null
  if (writing !== null) x.tools.background('static.copy', writing)
}

/** Lets go of the copy of a page that has changed. */
export function forgetCopy(key: string, route: RoutePlan, x: Exchange): void {
  if (x.tools.copies !== null && route.config.degrade.staticEveryMs > 0) x.tools.background('static.forget', x.tools.copies.forget(key))
}

/** The answer that a copy gives; null when there is none for this request. Never rejects. */
export async function copyAnswer(asked: Asked, x: Exchange): Promise<Answer | null> {
  const { request, route } = asked
  if (!mayHaveCopy(asked, x)) return null
  const key = keyOfTarget(asked)
  const copy = await x.tools.copies!.find(key, asked.shared)
  const nowMs = x.tools.clock.wallMs()
  const entry = copy === null ? null : x.tools.fence.admit(key, copy, nowMs)
  if (entry === null) return null
  x.why.cache = 'static'
  x.tools.metrics.looked(seriesOf(route, x), 'static')
  const outcome = { kind: 'hit', ttlMs: remainingMs(entry, nowMs), level: 'static' } as const
  return entryAnswer(request, entry, { outcome, servedBy: 'static', nowMs }, x)
}

// Only what the cache may answer: a copy is the answer to a GET without a body.
function mayHaveCopy({ request, route }: Asked, x: Exchange): boolean {
  if (x.tools.copies === null || route.config.degrade.staticEveryMs === 0 || x.incoming.body !== null) return false
  return request.method === 'GET' || request.method === 'HEAD'
}
