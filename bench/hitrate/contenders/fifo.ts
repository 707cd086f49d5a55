import type { Make } from '../contender.ts'
import { Queue } from '../queue.ts'

/** First in, first out. */
export const fifo: Make = (room, trace) => {
  const sizes = new Float64Array(trace.distinct)
  const queue = new Queue(sizes)
  const kept = new Uint8Array(trace.distinct)
  return {
    ask(key, size) {
      if (kept[key] === 1) return true
      if (size > room) return false
      sizes[key] = size
      kept[key] = 1
      queue.push(key)
      while (queue.bytes > room) kept[queue.shift()] = 0
      return false
    },
  }
}
