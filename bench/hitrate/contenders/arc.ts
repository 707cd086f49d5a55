import type { Make } from '../contender.ts'
import { Queue } from '../queue.ts'

/** ARC: what was asked for once and what more often, balanced by what each would have kept (Megiddo and Modha, FAST 2003). One size only. */
export const arc: Make = (room, trace) => {
  const sizes = new Float64Array(trace.distinct).fill(1)
  const [once, often, onceGhosts, oftenGhosts] = [new Queue(sizes), new Queue(sizes), new Queue(sizes), new Queue(sizes)]
  const place: (Queue | null)[] = new Array(trace.distinct).fill(null)
  let target = 0
  const move = (key: number, to: Queue | null) => {
    place[key]?.remove(key)
    place[key] = to
    to?.push(key)
  }
  const replace = (isOftenGhost: 0 | 1) => {
    const fromOnce = once.count > 0 && (once.count > target || (isOftenGhost === 1 && once.count === target))
    if (fromOnce) move(once.oldest, onceGhosts)
    else if (often.count > 0) move(often.oldest, oftenGhosts)
  }
  const makeRoom = () => {
    if (once.count + onceGhosts.count >= room) {
      if (once.count >= room) return move(once.oldest, null)
      move(onceGhosts.oldest, null)
      return replace(0)
    }
    const all = once.count + often.count + onceGhosts.count + oftenGhosts.count
    if (all >= 2 * room) move(oftenGhosts.oldest, null)
    if (all >= room) replace(0)
  }
  return {
    ask(key) {
      const at = place[key]!
      if (at === once || at === often) {
        move(key, often)
        return true
      }
      if (at === onceGhosts) {
        target = Math.min(room, target + Math.max(1, oftenGhosts.count / onceGhosts.count))
        replace(0)
        move(key, often)
      } else if (at === oftenGhosts) {
        target = Math.max(0, target - Math.max(1, onceGhosts.count / oftenGhosts.count))
        replace(1)
        move(key, often)
      } else {
        makeRoom()
        move(key, once)
      }
      return false
    },
  }
}
