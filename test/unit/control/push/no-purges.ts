import type { PurgeFeed } from '../../../../control/push/publisher.ts'

/** A purge log in which there is nothing. */
export const NO_PURGES: PurgeFeed = { head: () => ({ seq: 0, floor: 0 }), after: () => [], raise: () => {}, order: () => {} }
