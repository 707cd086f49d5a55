import { PurgeFence } from '../../edge/cache/purge-fence.ts'
import { allocateLease, PurgeLease } from '../../edge/cache/purge-lease.ts'
import { PurgeTable } from '../../edge/cache/purge-table.ts'

/** A fence behind which nothing was purged. */
export function openFence(): PurgeFence {
  return new PurgeFence(new PurgeTable(), new PurgeLease(allocateLease()))
}
