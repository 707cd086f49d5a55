import t from 'tap'
import { remainingMs } from '../../../edge/cache/freshness.ts'
import { PurgeFence, staled } from '../../../edge/cache/purge-fence.ts'
import { allocateLease, LEASE_MS, PurgeLease } from '../../../edge/cache/purge-lease.ts'
import { PurgeTable } from '../../../edge/cache/purge-table.ts'
import type { PurgeOrder } from '../../../edge/contract/purge.ts'
import { makeEntry, RECEIVED_AT_MS } from './make-entry.ts'

const NOW = RECEIVED_AT_MS + 1_000
const tag = (mode: 'soft' | 'hard'): PurgeOrder => ({ by: 'tag', tag: 'a', mode, againAfterMs: 0 })
const tagged = () => makeEntry({ tags: ['a'], lifetimeMs: 60_000, fillSeq: 0 })

function begin() {
  const lease = new PurgeLease(allocateLease())
  return { lease, fence: new PurgeFence(new PurgeTable(), lease) }
}

t.test('what nobody purged passes as it is, and is not judged again until something is purged', async (t) => {
  const { fence } = begin()
  const entry = tagged()
  t.equal(fence.admit('k', entry, NOW), entry)
  t.equal(entry.judged, fence.table.version)
  fence.table.add({ seq: 1, order: { by: 'url', url: 'else', mode: 'hard', againAfterMs: 0 } })
  t.equal(fence.admit('k', entry, NOW), entry)
  t.equal(entry.judged, fence.table.version)
})

t.test('what a hard purge reached is gone', async (t) => {
  const { fence } = begin()
  const entry = tagged()
  fence.admit('k', entry, NOW)
  fence.table.add({ seq: 1, order: tag('hard') })
  t.equal(fence.admit('k', entry, NOW), null)
})

t.test('what a soft purge reached is stale from then on, and not shorter with each look', async (t) => {
  const { fence } = begin()
  fence.table.add({ seq: 1, order: tag('soft') })
  const stale = fence.admit('k', tagged(), NOW)!
  t.equal(remainingMs(stale, NOW), 0)
  fence.table.add({ seq: 2, order: tag('soft') })
  t.equal(remainingMs(fence.admit('k', stale, NOW + 500)!, NOW + 500), -500, 'its stale windows began with the first')
})

t.test('while it is not known what was purged, everything is stale; once it is, everything is as before', async (t) => {
  const { fence, lease } = begin()
  const entry = tagged()
  lease.renew(NOW)
  t.equal(fence.admit('k', entry, NOW + LEASE_MS), entry)
  const late = NOW + LEASE_MS + 1
  t.equal(remainingMs(fence.admit('k', entry, late)!, late), 0)
  lease.renew(late)
  t.equal(fence.admit('k', entry, late), entry)
})

t.test('what was fetched is kept unless it is gone, and answers others only when nothing reached it', async (t) => {
  const { fence } = begin()
  t.same([fence.mayKeep('k', tagged()), fence.mayShare('k', tagged())], [true, true])
  fence.table.add({ seq: 1, order: tag('soft') })
  t.same([fence.mayKeep('k', tagged()), fence.mayShare('k', tagged())], [true, false])
  fence.table.add({ seq: 2, order: tag('hard') })
  t.same([fence.mayKeep('k', tagged()), fence.mayShare('k', tagged())], [false, false])
})

t.test('what was asked for before its key was forgotten is neither kept nor shared', async (t) => {
  const { fence } = begin()
  const entry = tagged()
  t.equal(fence.generation('k', []), '')
  fence.forget('k', entry.requestedAtMs)
  t.same([fence.mayKeep('k', entry), fence.mayShare('k', entry)], [false, false])
  t.not(fence.generation('k', []), '')
  const later = makeEntry({ requestedAtMs: entry.requestedAtMs + 1 })
  t.same([fence.mayKeep('k', later), fence.mayShare('k', later)], [true, true])
})

t.test('an entry that is stale already stays as it is', async (t) => {
  const stale = makeEntry({ lifetimeMs: 0 })
  t.equal(staled(stale, NOW), stale)
})
