import { LRUCache } from 'lru-cache'
import t from 'tap'
import { Eviction } from '../../../edge/cache/eviction.ts'
import { fingerprintOf } from '../../../edge/cache/fingerprint.ts'
import type { Tenant } from '../../../edge/cache/greedy-dual.ts'
import { SeededRandom } from '../../support/seeded-random.ts'

interface Request {
  readonly key: number
  readonly bytes: number
}
interface Ratios {
  readonly objects: number
  readonly bytes: number
}

const PAGES = 5_000
const REQUESTS = 60_000

/** Popular pages by Zipf's law; every tenth request belongs to a scan. Sizes from 300 bytes to 90 KB, most of them small. */
function* traffic(isSized: 'sized' | 'unit'): Generator<Request> {
  const random = new SeededRandom(11)
  const bytesOf = (key: number) =>
    isSized === 'unit' ? 1 : Math.round(300 * 300 ** (((Math.imul(key + 1, 0x9e3779b1) >>> 0) / 2 ** 32) ** 2))
  for (let i = 0; i < REQUESTS; i++) {
    const key = i % 10 === 0 ? PAGES + i : Math.floor(PAGES ** random.next()) - 1
    yield { key, bytes: bytesOf(key) }
  }
}

function replay(requests: Iterable<Request>, ask: (request: Request) => boolean): Ratios {
  const sum = { count: 0, bytes: 0, hits: 0, hitBytes: 0 }
  for (const request of requests) {
    sum.count++
    sum.bytes += request.bytes
    if (!ask(request)) continue
    sum.hits++
    sum.hitBytes += request.bytes
  }
  return { objects: sum.hits / sum.count, bytes: sum.hitBytes / sum.bytes }
}

function ours(room: number): (request: Request) => boolean {
  const kept = new Map<number, Tenant>()
  const eviction = new Eviction<Tenant & { key: number }>(room, (node) => kept.delete(node.key))
  return ({ key, bytes }) => {
    const known = kept.get(key) as (Tenant & { key: number }) | undefined
    if (known !== undefined) {
      eviction.hit(known)
      return true
    }
    const node = { key, bytes, fingerprint: fingerprintOf(`${key}`), hits: 0, times: 0, age: 0, place: -1 }
    kept.set(key, node)
    eviction.insert(node)
    if (eviction.bytes > room || eviction.count !== kept.size) throw new Error('over the bound, or out of step')
    return false
  }
}

function lru(room: number): (request: Request) => boolean {
  const cache = new LRUCache<number, number>({ maxSize: room, sizeCalculation: (bytes) => bytes })
  return ({ key, bytes }) => {
    if (cache.get(key) !== undefined) return true
    cache.set(key, bytes)
    return false
  }
}

t.test('entries of one size: several points more hits than LRU, scans and all', async (t) => {
  const [mine, theirs] = [replay(traffic('unit'), ours(200)), replay(traffic('unit'), lru(200))]
  t.ok(mine.objects > theirs.objects + 0.05, `${mine.objects} and ${theirs.objects}`)
})

t.test('entries of all sizes: far more hits than LRU, and no fewer bytes', async (t) => {
  const room = 500_000
  const [mine, theirs] = [replay(traffic('sized'), ours(room)), replay(traffic('sized'), lru(room))]
  t.ok(mine.objects > theirs.objects + 0.1, `${mine.objects} and ${theirs.objects}`)
  t.ok(mine.bytes > theirs.bytes, `${mine.bytes} and ${theirs.bytes}`)
})

t.test('a loop larger than the room does not empty it', async (t) => {
  function* loop(): Generator<Request> {
    for (let i = 0; i < 20_000; i++) yield { key: i % 300, bytes: 1 }
  }
  t.equal(replay(loop(), lru(200)).objects, 0)
  t.ok(replay(loop(), ours(200)).objects > 0.5)
})

t.test('a node that outgrows the room goes itself', async (t) => {
  const dropped: Tenant[] = []
  const eviction = new Eviction<Tenant>(10, (node) => dropped.push(node))
  const node: Tenant = { fingerprint: 1, bytes: 5, hits: 0, times: 0, age: 0, place: -1 }
  eviction.insert(node)
  eviction.resize(node, 11)
  t.same([dropped.length, eviction.bytes, eviction.count], [1, 0, 0])
})
