// Whether an address is free. Workers share their port (SO_REUSEPORT), and so would a second edge started by mistake: it would silently
// take half of the connections. Binding once without sharing tells. The file of a Unix socket would be replaced; asking it tells.

import { connect, createServer } from 'node:net'
import { EdgeError } from '../base/edge-error.ts'
import { listenAddress } from './listen-address.ts'

/** Resolves when nobody listens there. @throws EdgeError LISTEN_FAILED */
export async function portIsFree(listen: string): Promise<void> {
  const address = listenAddress(listen)
  if (address.kind === 'fd' || (address.kind === 'tcp' && address.port === 0)) return
  const fault = await (address.kind === 'unix' ? askedAt(address.path) : boundTo(address.host, address.port))
  if (fault !== null) throw new EdgeError('LISTEN_FAILED', { listen, reason: fault.code }, fault)
}

function boundTo(host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', resolve)
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(null)))
  })
}

function askedAt(path: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(Object.assign(new Error('somebody listens there'), { code: 'EADDRINUSE' }))
    })
    // Without a file, or with one that a crash left behind, nobody listens.
    socket.once('error', (cause: NodeJS.ErrnoException) => resolve(['ENOENT', 'ECONNREFUSED'].includes(cause.code ?? '') ? null : cause))
  })
}
