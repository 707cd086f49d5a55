import type { Make } from '../contender.ts'
import { Queue } from '../queue.ts'

const SMALL_SHARE = 0.1
const HITS_FOR_MAIN = 2
const MAX_HITS = 3

/** S3-FIFO: a small queue that what is new has to survive, a main one, and a memory of who was dropped (Yang et al., SOSP 2023). */
export const s3Fifo: Make = (room, trace) => {
  const sizes = new Float64Array(trace.distinct)
  const [small, main] = [new Queue(sizes), new Queue(sizes)]
  const kept = new Uint8Array(trace.distinct)
  const hits = new Uint8Array(trace.distinct)
  const droppedAt = new Float64Array(trace.distinct).fill(Number.NEGATIVE_INFINITY)
  let drops = 0
  const evictSmall = (): boolean => {
    while (small.count > 0 && (small.bytes > room * SMALL_SHARE || main.count === 0)) {
      const key = small.shift()
      if (hits[key]! < HITS_FOR_MAIN) {
        kept[key] = 0
        droppedAt[key] = drops++
        return true
      }
      hits[key] = 0
      main.push(key)
    }
    return false
  }
  const evictMain = () => {
    for (;;) {
      const key = main.shift()
      if (hits[key] === 0) {
        kept[key] = 0
        return
      }
      hits[key]!--
      main.push(key)
    }
  }
  return {
    ask(key, size) {
      if (kept[key] === 1) {
        hits[key] = Math.min(MAX_HITS, hits[key]! + 1)
        return true
      }
      if (size > room) return false
      sizes[key] = size
      kept[key] = 1
      hits[key] = 0
      const isRemembered = drops - droppedAt[key]! < small.count + main.count
      const queue = isRemembered ? main : small
      queue.push(key)
      while (small.bytes + main.bytes > room) if (!evictSmall()) evictMain()
      return false
    },
  }
}
