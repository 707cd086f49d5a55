// The DNS through c-ares, without its cache: how long an answer is believed is decided by who asks. It reads no hosts file and adds no
// search domain.

import { Resolver } from 'node:dns/promises'
import type { DnsConfig } from '../../edge/contract/discovery-settings.ts'
import type { NameResolver } from './name-resolver.ts'

// RFC 2308: there is no such name, or it has no such records. Everything else that is no list says nothing.
const NOTHING_THERE = new Set(['ENOTFOUND', 'ENODATA'])

/** Opens a resolver. @param config its `servers` empty asks those of the system */
export function openSystemResolver({ servers, timeoutMs, tries }: DnsConfig): NameResolver {
  const resolver = new Resolver({ timeout: timeoutMs, tries })
  if (servers.length > 0) resolver.setServers(servers)
  return {
    addresses: (name, type) =>
      unlessNothing(type === 'A' ? resolver.resolve4(name, { ttl: true }) : resolver.resolve6(name, { ttl: true })),
    services: (name) => unlessNothing(resolver.resolveSrv(name)),
    close: () => resolver.cancel(),
  }
}

async function unlessNothing<T>(asked: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await asked
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && NOTHING_THERE.has(String(cause.code))) return []
    throw cause
  }
}
