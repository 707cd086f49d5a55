import { type Ranked, RankHeap } from '../../../edge/cache/rank-heap.ts'
import type { Make } from '../contender.ts'

interface Node extends Ranked {
  readonly key: number
  readonly size: number
  times: number
}

/** GreedyDual-Size-Frequency as published, with a cost of one for each miss (Cherkasova, 1998). */
export const gdsf: Make = (room) => {
  const heap = new RankHeap<Node>()
  const kept = new Map<number, Node>()
  let [bytes, floor] = [0, 0]
  const evict = () => {
    const node = heap.lowest!
    floor = heap.rankOf(node)
    heap.remove(node)
    kept.delete(node.key)
    bytes -= node.size
  }
  return {
    ask(key, size) {
      const node = kept.get(key)
      if (node !== undefined) {
        heap.raise(node, floor + ++node.times / size)
        return true
      }
      if (size > room) return false
      while (bytes + size > room) evict()
      const newcomer: Node = { key, size, times: 1, place: -1 }
      kept.set(key, newcomer)
      heap.push(newcomer, floor + 1 / size)
      bytes += size
      return false
    },
  }
}
