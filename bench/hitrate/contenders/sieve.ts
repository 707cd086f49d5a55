import type { Make } from '../contender.ts'
import { Queue } from '../queue.ts'

/** SIEVE: a queue, and a hand that walks from old to new and takes the first that was not asked for since it last came by. */
export const sieve: Make = (room, trace) => {
  const sizes = new Float64Array(trace.distinct)
  const queue = new Queue(sizes)
  const kept = new Uint8Array(trace.distinct)
  const visited = new Uint8Array(trace.distinct)
  let hand = -1
  const evict = () => {
    let key = hand === -1 ? queue.oldest : hand
    while (visited[key] === 1) {
      visited[key] = 0
      key = queue.newerThan(key)
      if (key === -1) key = queue.oldest
    }
    hand = queue.newerThan(key)
    queue.remove(key)
    kept[key] = 0
  }
  return {
    ask(key, size) {
      if (kept[key] === 1) {
        visited[key] = 1
        return true
      }
      if (size > room) return false
      while (queue.bytes + size > room) evict()
      sizes[key] = size
      kept[key] = 1
      visited[key] = 0
      queue.push(key)
      return false
    },
  }
}
