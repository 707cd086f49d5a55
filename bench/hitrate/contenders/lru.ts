import { LRUCache } from 'lru-cache'
import type { Make } from '../contender.ts'

/** Least recently used, by the package lru-cache. */
export const lru: Make = (room, trace) => {
  const cache = new LRUCache<number, number>(
    trace.isSized ? { maxSize: room, maxEntrySize: room, sizeCalculation: (size) => size } : { max: room },
  )
  return {
    ask(key, size) {
      if (cache.get(key) !== undefined) return true
      cache.set(key, size)
      return false
    },
  }
}
