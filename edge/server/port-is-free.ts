// Whether a port is free. Workers share their port (SO_REUSEPORT), and so would a second edge started by mistake: it would silently
// take half of the connections. Binding once without sharing tells.

import { createServer } from 'node:net'
import { EdgeError } from '../base/edge-error.ts'
import { listenAddress } from './listen-address.ts'

/** Resolves when nobody listens there. @throws EdgeError LISTEN_FAILED */
export function portIsFree(listen: string): Promise<void> {
  const address = listenAddress(listen)
  if (address.kind === 'unix' || address.port === 0) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (cause: NodeJS.ErrnoException) => reject(new EdgeError('LISTEN_FAILED', { listen, reason: cause.code }, cause)))
    probe.listen({ host: address.host, port: address.port, exclusive: true }, () => probe.close(() => resolve()))
  })
}
