// A socket to a peer: plain, over TLS, or to a path of this machine.

import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'
import { type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls'
import type { PeerTls } from './peer-tls.ts'

/** What is read lands here first, whatever the connection: it is looked through at once, and only payload is copied out of it. */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024)

/** Where a socket goes. */
export interface PeerPlace {
  /** host:port, [IPv6]:port or unix:/path. */
  readonly address: string
  /** null for plain HTTP. */
  readonly secure: { readonly tls: PeerTls; readonly name: string; readonly context: SecureContext } | null
}

/** Opens a socket. @param onRead gets what was read, to be looked at before it returns: the memory is used again */
export function openPeerSocket(place: PeerPlace, onRead: (chunk: Buffer) => void): Socket {
  const onread: NonNullable<TcpNetConnectOpts['onread']> = {
    buffer: READ_BUFFER,
    callback: (bytes) => {
      onRead(READ_BUFFER.subarray(0, bytes))
      return true
    },
  }
  const socket = place.secure === null ? connect({ ...whereTo(place.address), onread }) : openSecure(place.address, place.secure, onread)
  // A request is written whole: waiting for more of it (RFC 896) would only delay it.
  socket.setNoDelay(true)
  return socket
}

function openSecure(address: string, secure: NonNullable<PeerPlace['secure']>, onread: TcpNetConnectOpts['onread']): TLSSocket {
  const { tls, name, context } = secure
  const socket = tlsConnect({ ...whereTo(address), ...tls.optionsFor(name, context), ...(onread === undefined ? {} : { onread }) })
  socket.on('session', (session: Buffer) => tls.keep(name, session))
  socket.on('error', (cause) => tls.failed(cause))
  return socket
}

function whereTo(address: string): { readonly path: string } | { readonly host: string; readonly port: number } {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) }
  const colon = address.lastIndexOf(':')
  const host = address.slice(0, colon)
  return { host: host.startsWith('[') ? host.slice(1, -1) : host, port: Number(address.slice(colon + 1)) }
}
