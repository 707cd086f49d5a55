// Who may have work done at the admin port: programs on this machine alone, and no page in somebody's browser.

import type { IncomingMessage } from 'node:http'

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/
/** Fields that browsers add to requests of pages. */
const OF_PAGES: readonly string[] = ['origin', 'sec-fetch-site', 'referer']

/** Why something is not done. */
export interface AdminRefusal {
  readonly status: number
  readonly message: string
}

/** Refuses who is not on this machine, and what a page sends; null for all others. */
export function refuseStranger(request: IncomingMessage): AdminRefusal | null {
  const { remoteAddress } = request.socket
  if (remoteAddress !== undefined && !LOOPBACK.test(remoteAddress)) return { status: 403, message: 'this is begun on this machine only' }
  if (OF_PAGES.some((name) => request.headers[name] !== undefined)) return { status: 403, message: 'no page may begin this' }
  return null
}
