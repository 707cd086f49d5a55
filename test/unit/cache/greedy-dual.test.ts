import t from 'tap'
import { fingerprintOf } from '../../../edge/cache/fingerprint.ts'
import { GreedyDual, type Regime, type Tenant } from '../../../edge/cache/greedy-dual.ts'

type Named = Tenant & { readonly name: string }

/** A policy used as a cache of names. */
class Names {
  readonly policy: GreedyDual<Named>
  readonly kept = new Map<string, Named>()

  constructor(room: number, regime: Regime) {
    this.policy = new GreedyDual(room)
    this.policy.regime = regime
  }

  /** @returns whether it was there */
  ask(name: string, bytes = 1): boolean {
    const known = this.kept.get(name)
    if (known !== undefined) {
      this.policy.hit(known)
      return true
    }
    const node: Named = { name, bytes, fingerprint: fingerprintOf(name), hits: 0, times: 0, age: 0, place: -1 }
    this.kept.set(name, node)
    this.policy.insert(node, (dropped) => this.kept.delete(dropped.name))
    return false
  }

  askAll(prefix: string, count: number, bytes = 1): void {
    for (let i = 0; i < count; i++) this.ask(`${prefix}-${i}`, bytes)
  }

  /** How many names with this prefix are kept. */
  count(prefix: string): number {
    return [...this.kept.keys()].filter((name) => name.startsWith(prefix)).length
  }
}

for (const regime of ['open', 'contested', 'proven'] as const) {
  t.test(`${regime}: what is asked for again and again outlives a scan`, async (t) => {
    const names = new Names(20, regime)
    for (let round = 0; round < 8; round++) names.askAll('wanted', 10)
    for (let i = 0; i < 50; i++) {
      names.ask(`scanned-${i}`)
      names.ask(`wanted-${i % 10}`)
    }
    t.equal(names.count('wanted'), 10)
    t.equal(names.policy.bytes, 20)
  })
}

t.test('open: fame fades, and what is wanted now takes the place of what was wanted once', async (t) => {
  const names = new Names(20, 'open')
  for (let round = 0; round < 8; round++) names.askAll('old', 20)
  for (let round = 0; round < 400; round++) names.askAll('new', 15)
  t.ok(names.count('new') >= 14)
})

t.test('for their room, many small things are worth more than one large', async (t) => {
  const names = new Names(100, 'open')
  names.askAll('small', 40)
  names.ask('large', 60)
  for (let i = 0; i < 40; i++) names.ask(`more-${i}`)
  t.equal(names.count('large'), 0)
  t.equal(names.count('small') + names.count('more'), 80)
})

t.test('recent: who was not asked for longest goes, whatever it was worth', async (t) => {
  const names = new Names(10, 'recent')
  for (let round = 0; round < 8; round++) names.askAll('old', 10)
  names.askAll('new', 40)
  t.same([names.count('old'), names.count('new')], [0, 10])
})

t.test('contested: a newcomer must be worth more than who would go, and what was refused is remembered', async (t) => {
  const names = new Names(10, 'contested')
  for (let round = 0; round < 2; round++) names.askAll('kept', 10)
  names.ask('late')
  names.ask('late')
  t.equal(names.count('late'), 0)
  names.ask('late')
  t.equal(names.count('late'), 1)
})

t.test('proven: a loop one larger than the room keeps nearly all of it', async (t) => {
  const loop = (regime: Regime) => {
    const names = new Names(100, regime)
    let hits = 0
    for (let i = 0; i < 10_000; i++) if (names.ask(`page-${i % 101}`)) hits++
    return hits
  }
  t.ok(loop('recent') < 1_500)
  t.ok(loop('proven') > 9_500)
})

t.test('weights may change, and nothing is left when everything was taken out', async (t) => {
  const names = new Names(10, 'open')
  names.askAll('n', 10)
  const first = names.kept.get('n-0')!
  names.policy.resize(first, 4)
  t.equal(names.policy.bytes, 13)
  names.policy.makeRoom((dropped) => names.kept.delete(dropped.name))
  t.ok(names.policy.bytes <= 10)
  for (const node of names.kept.values()) names.policy.remove(node)
  t.same([names.policy.count, names.policy.bytes], [0, 0])
})
