import { type Ranked, RankHeap } from '../../../edge/cache/rank-heap.ts'
import type { Make } from '../contender.ts'
import type { Trace } from '../trace.ts'

interface Node extends Ranked {
  readonly key: number
  readonly size: number
}

/** For each request, the number of the next one for the same key. */
function nextUses(trace: Trace): Float64Array {
  const next = new Float64Array(trace.keys.length)
  const seen = new Float64Array(trace.distinct).fill(Number.POSITIVE_INFINITY)
  for (let at = trace.keys.length - 1; at >= 0; at--) {
    const key = trace.keys[at]!
    next[at] = seen[key]!
    seen[key] = at
  }
  return next
}

/**
 * Belady's MIN: what is needed again last goes first. For entries of one size nothing can be better. With sizes, what takes most room for the longest
 * time until it is needed goes first: a good bound, and not the best there could be.
 */
export const clairvoyant: Make = (room, trace) => {
  const next = nextUses(trace)
  const heap = new RankHeap<Node>()
  const kept = new Map<number, Node>()
  let bytes = 0
  const drop = (node: Node) => {
    heap.remove(node)
    kept.delete(node.key)
    bytes -= node.size
  }
  return {
    ask(key, size, at) {
      const before = kept.get(key)
      if (before !== undefined) drop(before)
      if (next[at] !== Number.POSITIVE_INFINITY && size <= room) {
        const node: Node = { key, size, place: -1 }
        kept.set(key, node)
        heap.push(node, trace.isSized ? -(next[at]! - at) * size : -next[at]!)
        bytes += size
        while (bytes > room) drop(heap.lowest!)
      }
      return before !== undefined
    },
  }
}
