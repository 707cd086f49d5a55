import { SiteSchema } from '../../../../edge/contract/site.ts'
import { validate } from '../../../../edge/contract/validate.ts'

/** A canary of three steps of ten seconds. */
export const CANARY = { group: 'next', steps: [10, 50, 100], stepMs: 10_000, minRequests: 20 }

const pool = { peers: [{ address: '127.0.0.1:9' }] }

/** A site with a route that has groups: `next`, which is a canary, and `zone`, which has a tenth; and one without. */
export const SPLIT_SITE = {
  pools: { v1: pool, v2: pool, far: pool },
  routes: {
    shop: { path: '/*', pool: 'v1', split: { canary: CANARY, groups: { next: { pool: 'v2' }, zone: { pool: 'far', percent: 10 } } } },
    cart: { path: '/cart', pool: 'v1', split: { groups: { zone: { pool: 'far' } } } },
    plain: { path: '/plain', pool: 'v1' },
  },
}

/** The same, defaults filled in. */
export function splitSite() {
  const read = validate(SiteSchema, SPLIT_SITE)
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.value
}
