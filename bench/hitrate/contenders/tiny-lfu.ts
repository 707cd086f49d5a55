import type { Make } from '../contender.ts'
import { Queue } from '../queue.ts'

const PROTECTED_SHARE = 0.8
const MAX_COUNT = 15
const REQUESTS_PER_ENTRY = 10

/** Counts of requests that are halved every so often; exact, where a sketch would estimate. */
function fadingCounts(keys: number, period: number) {
  const counts = new Uint8Array(keys)
  const ages = new Int32Array(keys)
  let [age, added] = [0, 0]
  const count = (key: number): number => {
    counts[key] = counts[key]! >> Math.min(8, age - ages[key]!)
    ages[key] = age
    return counts[key]!
  }
  const add = (key: number) => {
    counts[key] = Math.min(MAX_COUNT, count(key) + 1)
    if (++added < period) return
    added = 0
    age++
  }
  return { add, count }
}

/**
 * W-TinyLFU: an LRU window before a segmented LRU, and what leaves the window gets in only when it was asked for more often, for each byte, than
 * what would have to go (Einziger et al., 2015).
 */
export function tinyLfu(windowShare: number): Make {
  return (room, trace) => {
    const sizes = new Float64Array(trace.distinct)
    const [window, probation, protectedOnes] = [new Queue(sizes), new Queue(sizes), new Queue(sizes)]
    const place: (Queue | null)[] = new Array(trace.distinct).fill(null)
    const windowRoom = Math.max(1, Math.floor(room * windowShare))
    const counts = fadingCounts(trace.distinct, Math.max(100, (REQUESTS_PER_ENTRY * room * trace.distinct) / trace.footprint))
    const move = (key: number, to: Queue | null) => {
      place[key]?.remove(key)
      place[key] = to
      to?.push(key)
    }
    const density = (key: number) => counts.count(key) / sizes[key]!
    const promote = (key: number) => {
      move(key, protectedOnes)
      while (protectedOnes.bytes > (room - windowRoom) * PROTECTED_SHARE) move(protectedOnes.oldest, probation)
    }
    /** Who would have to go, or null when one of them is worth as much. */
    const victimsFor = (candidate: number): number[] | null => {
      let need = probation.bytes + protectedOnes.bytes + sizes[candidate]! - (room - windowRoom)
      const victims: number[] = []
      for (const queue of [probation, protectedOnes]) {
        for (let key = queue.oldest; need > 0 && key !== -1; key = queue.newerThan(key)) {
          if (density(key) >= density(candidate)) return null
          victims.push(key)
          need -= sizes[key]!
        }
      }
      return need > 0 ? null : victims
    }
    return {
      ask(key, size) {
        counts.add(key)
        const at = place[key]!
        if (at !== null) {
          if (at === window) move(key, window)
          else promote(key)
          return true
        }
        if (size > room) return false
        sizes[key] = size
        move(key, window)
        while (window.bytes > windowRoom) {
          const candidate = window.oldest
          const victims = victimsFor(candidate)
          for (const victim of victims ?? []) move(victim, null)
          move(candidate, victims === null ? null : probation)
        }
        return false
      },
    }
  }
}
