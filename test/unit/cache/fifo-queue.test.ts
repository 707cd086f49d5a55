import t from 'tap'
import { type FifoNode, FifoQueue } from '../../../edge/cache/fifo-queue.ts'

const makeNode = (bytes: number): FifoNode => ({ bytes, queue: null, newer: null, older: null })

function drain(queue: FifoQueue): number[] {
  const weights: number[] = []
  for (let node = queue.oldest; node !== null; node = queue.oldest) {
    weights.push(node.bytes)
    queue.remove(node)
  }
  return weights
}

t.test('nodes leave in the order they came', async (t) => {
  const queue = new FifoQueue()
  for (const bytes of [1, 2, 3]) queue.push(makeNode(bytes))
  t.same([queue.count, queue.bytes], [3, 6])
  t.same(drain(queue), [1, 2, 3])
  t.same([queue.count, queue.bytes, queue.oldest], [0, 0, null])
})

t.test('a node can be taken out from anywhere and put in again', async (t) => {
  for (const at of [0, 1, 2]) {
    const queue = new FifoQueue()
    const nodes = [1, 2, 3].map(makeNode)
    for (const node of nodes) queue.push(node)
    queue.remove(nodes[at]!)
    t.equal(nodes[at]?.queue, null)
    queue.push(nodes[at]!)
    t.equal(nodes[at]?.queue, queue)
    t.same(drain(queue), [...[1, 2, 3].filter((bytes) => bytes !== at + 1), at + 1])
  }
})

t.test('a node that changes its weight keeps its place', async (t) => {
  const queue = new FifoQueue()
  const nodes = [1, 2].map(makeNode)
  for (const node of nodes) queue.push(node)
  queue.resize(nodes[0]!, 10)
  t.equal(queue.bytes, 12)
  t.same(drain(queue), [10, 2])
})
