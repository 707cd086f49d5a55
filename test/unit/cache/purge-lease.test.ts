import t from 'tap'
import { allocateLease, LEASE_MS, PurgeLease } from '../../../edge/cache/purge-lease.ts'

t.test('without a control plane it holds for ever', async (t) => {
  const lease = new PurgeLease(allocateLease())
  t.equal(lease.holds(Number.MAX_SAFE_INTEGER), true)
  lease.suspend()
  t.equal(lease.holds(1), true, 'nothing was ever known, so nothing is waited for')
})

t.test('it ends some seconds after everything was known, at every thread', async (t) => {
  const memory = allocateLease()
  new PurgeLease(memory).renew(1_000)
  const other = new PurgeLease(memory)
  t.equal(other.holds(1_000 + LEASE_MS), true)
  t.equal(other.holds(1_001 + LEASE_MS), false)
  t.equal(other.currentAtMs, 1_000)
})

t.test('released it holds until somebody answers again', async (t) => {
  const lease = new PurgeLease(allocateLease())
  lease.renew(1_000)
  lease.release()
  t.equal(lease.holds(1_000_000), true)
  lease.suspend()
  t.equal(lease.holds(1_000_000), false)
})
