import type { Reply } from './exchange.ts'

/** The way back to nobody, for what is sent behind the clients. */
export const NOBODY: Reply = { interim() {}, send: () => ({ outcome: 'whole', bytes: 0 }) }
