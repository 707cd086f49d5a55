import t from 'tap'
import { fingerprintOf } from '../../../edge/cache/ghost-list.ts'
import { S3Fifo, type S3Node } from '../../../edge/cache/s3-fifo.ts'

type Named = S3Node & { readonly name: string }

/** A policy with room for `room` nodes of weight 1, used as a cache of names. */
class Names {
  readonly policy: S3Fifo<Named>
  readonly kept = new Map<string, Named>()
  readonly #room: number

  constructor(room: number) {
    this.#room = room
    this.policy = new S3Fifo({ maxBytes: room, maxGhosts: 64 })
  }

  /** @returns whether it was there */
  ask(name: string): boolean {
    const known = this.kept.get(name)
    if (known !== undefined) {
      this.policy.hit(known)
      return true
    }
    const node: Named = { name, bytes: 1, hits: 0, fingerprint: fingerprintOf(name), queue: null, newer: null, older: null }
    this.kept.set(name, node)
    this.policy.insert(node)
    while (this.policy.bytes > this.#room) this.kept.delete(this.policy.evict()!.name)
    return false
  }
}

const times = (count: number, run: (i: number) => void) => Array.from({ length: count }, (_, i) => run(i))

t.test('what is asked for again and again outlives any scan', async (t) => {
  const names = new Names(20)
  times(10, (i) => times(3, () => names.ask(`wanted-${i}`)))
  times(1_000, (i) => names.ask(`scanned-${i}`))
  t.ok(times(10, () => {}).every((_, i) => names.kept.has(`wanted-${i}`)))
  t.equal(names.policy.count, 20)
})

t.test('what was asked for once goes first', async (t) => {
  const names = new Names(10)
  names.ask('once')
  times(9, (i) => times(3, () => names.ask(`often-${i}`)))
  names.ask('new')
  t.notOk(names.kept.has('once'))
  t.ok(names.kept.has('new'))
})

t.test('one hit in the small queue is not enough for the main one', async (t) => {
  const names = new Names(10)
  times(2, () => names.ask('twice'))
  times(3, () => names.ask('thrice'))
  times(12, (i) => names.ask(`other-${i}`))
  t.notOk(names.kept.has('twice'))
  t.ok(names.kept.has('thrice'))
})

t.test('what comes back soon after it was dropped stays', async (t) => {
  const names = new Names(10)
  times(11, (i) => names.ask(`first-${i}`))
  t.notOk(names.kept.has('first-0'))
  names.ask('first-0')
  times(100, (i) => names.ask(`scanned-${i}`))
  t.ok(names.kept.has('first-0'), 'it went straight to main')
})

t.test('in main the oldest goes, but a hit is good for one more round', async (t) => {
  const names = new Names(4)
  for (const name of ['a', 'b', 'c', 'd']) times(3, () => names.ask(name))
  // Asked for twice with a drop between, a name enters main, and drives one out.
  const enter = (name: string) => times(2, () => names.ask(name))
  names.ask('e')
  t.same([...names.kept.keys()], ['a', 'b', 'c', 'd'])
  names.ask('a')
  names.ask('e')
  t.same([...names.kept.keys()], ['a', 'c', 'd', 'e'], 'b went instead of a')
  for (const name of ['f', 'g', 'h']) enter(name)
  t.same([...names.kept.keys()], ['a', 'f', 'g', 'h'])
  enter('i')
  t.same([...names.kept.keys()], ['f', 'g', 'h', 'i'])
})

t.test('nothing is left when everything was taken out', async (t) => {
  const names = new Names(10)
  times(10, (i) => names.ask(`n-${i}`))
  for (const node of names.kept.values()) names.policy.remove(node)
  t.same([names.policy.count, names.policy.bytes, names.policy.evict()], [0, 0, null])
})
