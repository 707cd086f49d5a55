import { Eviction } from '../../../edge/cache/eviction.ts'
import { fingerprintOf } from '../../../edge/cache/fingerprint.ts'
import type { Tenant } from '../../../edge/cache/greedy-dual.ts'
import type { Make } from '../contender.ts'

interface Node extends Tenant {
  readonly key: number
}

/** The eviction of the edge's memory level, as it is; entries are weighed as the trace says. */
export const weir: Make = (room, trace) => {
  const kept = new Map<number, Node>()
  const eviction = new Eviction<Node>(room, (node) => kept.delete(node.key))
  const fingerprints = Int32Array.from({ length: trace.distinct }, (_, key) => fingerprintOf(`key-${key}`))
  return {
    ask(key, size) {
      const node = kept.get(key)
      if (node !== undefined) {
        eviction.hit(node)
        return true
      }
      if (size > room) return false
      const newcomer: Node = { key, fingerprint: fingerprints[key]!, bytes: size, hits: 0, times: 0, age: 0, place: -1 }
      kept.set(key, newcomer)
      eviction.insert(newcomer)
      return false
    },
  }
}
