// What can be known to fail before anything is started: ports that are taken, services that do not answer.

import { connect, createServer, type ListenOptions } from 'node:net'
import type { Timers } from '../../edge/base/ports.ts'

const CONNECT_WITHIN_MS = 2_000
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'redis:': 6379, 'rediss:': 6379, 'http:': 80, 'https:': 443 }

/** Why nothing can listen at `host:port` or `unix:/path`, or null when something can. */
export function listenFault(address: string): Promise<string | null> {
  if (address.startsWith('unix:')) return Promise.resolve(null) // A socket left behind by a crash looks taken and is not.
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (cause: NodeJS.ErrnoException) => resolve(FAULTS[cause.code ?? ''] ?? cause.message))
    server.listen(placeOf(address), () => server.close(() => resolve(null)))
  })
}

const FAULTS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program',
  EADDRNOTAVAIL: 'is not an address of this machine',
  EACCES: 'may not be used by this user',
}

/** Why nobody answers at the host and port of a URL, or null when a connection stands. */
export function connectFault(url: string, timers: Timers): Promise<string | null> {
  const { hostname, port, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) || (DEFAULT_PORTS[protocol] ?? 0) })
    const finish = (fault: string | null) => {
      cancel()
      socket.destroy()
      resolve(fault)
    }
    const cancel = timers.after(CONNECT_WITHIN_MS, () => finish(`no connection within ${CONNECT_WITHIN_MS} ms`))
    socket.once('connect', () => finish(null))
    socket.on('error', (cause: NodeJS.ErrnoException) => finish(cause.code === 'ECONNREFUSED' ? 'connection refused' : cause.message))
  })
}

function placeOf(address: string): ListenOptions {
  const colon = address.lastIndexOf(':')
  // Exclusive and without reusePort, so that an edge which shares its port counts as taken too.
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)), exclusive: true }
}
