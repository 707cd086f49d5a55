import t from 'tap'
import { type Ranked, RankHeap } from '../../../edge/cache/rank-heap.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

const makeNode = (): Ranked => ({ place: -1 })

/** Takes out all, lowest first. */
function drain(heap: RankHeap<Ranked>): number[] {
  const ranks: number[] = []
  for (let node = heap.lowest; node !== null; node = heap.lowest) {
    ranks.push(heap.rankOf(node))
    heap.remove(node)
  }
  return ranks
}

t.test('nodes come out by rank', async (t) => {
  const heap = new RankHeap<Ranked>()
  for (const rank of [5, 1, 4, 1, 3]) heap.push(makeNode(), rank)
  t.same(drain(heap), [1, 1, 3, 4, 5])
  t.same([heap.count, heap.lowest], [0, null])
})

t.test('a raised node comes out later, a removed one never', async (t) => {
  const heap = new RankHeap<Ranked>()
  const [a, b] = [makeNode(), makeNode()]
  heap.push(a, 1)
  heap.push(b, 2)
  heap.push(makeNode(), 3)
  heap.raise(a, 9)
  t.equal(heap.lowest, b)
  heap.remove(b)
  t.equal(b.place, -1)
  t.same(drain(heap), [3, 9])
})

t.test('after any pushes, raises and removals the order is right', async (t) => {
  const random = new SeededRandom(7)
  const heap = new RankHeap<Ranked>()
  const ranks = new Map<Ranked, number>()
  for (let i = 0; i < 5_000; i++) {
    const known = [...ranks.keys()]
    const some = known[Math.floor(random.next() * known.length)]
    const chance = random.next()
    if (some === undefined || chance < 0.5) {
      const node = makeNode()
      ranks.set(node, random.next())
      heap.push(node, ranks.get(node)!)
    } else if (chance < 0.75) {
      ranks.set(some, ranks.get(some)! + random.next())
      heap.raise(some, ranks.get(some)!)
    } else {
      ranks.delete(some)
      heap.remove(some)
    }
    if (known.length > 200) for (const node of known.slice(0, 100)) if (ranks.delete(node)) heap.remove(node)
  }
  t.equal(heap.count, ranks.size)
  t.same(new Set(heap), new Set(ranks.keys()))
  t.same(
    drain(heap),
    [...ranks.values()].sort((a, b) => a - b),
  )
})
