import type { Make } from './contender.ts'
import type { Trace } from './trace.ts'

/** How a cache did on a trace. */
export interface Outcome {
  /** Share of the requests that were hits, 0..1. */
  readonly objects: number
  /** Share of the bytes that were hits, 0..1. */
  readonly bytes: number
  /** Requests a second of CPU, everything in one thread. */
  readonly perSecond: number
}

/** Replays a trace through a cache with so much room. */
export function replay(trace: Trace, room: number, make: Make): Outcome {
  const contender = make(room, trace)
  let [hits, hitBytes, bytes] = [0, 0, 0]
  const before = process.cpuUsage()
  for (let at = 0; at < trace.keys.length; at++) {
    const size = trace.sizes[at]!
    bytes += size
    if (!contender.ask(trace.keys[at]!, size, at)) continue
    hits++
    hitBytes += size
  }
  const spent = process.cpuUsage(before)
  const requests = Math.max(1, trace.keys.length)
  return { objects: hits / requests, bytes: hitBytes / Math.max(1, bytes), perSecond: (requests * 1e6) / (spent.user + spent.system) }
}
