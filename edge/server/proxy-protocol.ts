// The PROXY protocol on an accepted connection: who may speak it, how long it may take, and what is done with the bytes behind it.
//
// Invariant: of a peer that is not trusted nothing is read, and a connection that is refused is destroyed before anybody is told.

import type { Socket } from 'node:net'
import type { Timers } from '../base/ports.ts'
import { AddressSet, parseAddress } from '../http/address.ts'
import { ProxyHeaderParser } from '../wire/proxy-header.ts'
import { WireFault } from '../wire/wire-fault.ts'

/** Whom to believe, and how long to wait. */
export interface ProxyProtocolTerms {
  readonly trusted: (address: string) => boolean
  readonly timers: Timers
  /** From now to the last byte of the header. */
  readonly timeoutMs: number
}

/** What became of the header. */
export type ProxyOutcome =
  /** @remarks address is null where the socket's own stands. */
  | { readonly kind: 'read'; readonly address: string | null }
  /** @remarks reason is `proxy-untrusted`, `proxy-timeout`, `proxy-gone`, or the rule that the header broke. */
  | { readonly kind: 'refused'; readonly reason: string }

/** Tells the balancers of these address ranges from everybody else. @throws RangeError for a text that is no range */
export function trustedBalancers(ranges: readonly string[]): (address: string) => boolean {
  const set = AddressSet.parse(ranges)
  return (text) => {
    const address = parseAddress(text)
    return address !== null && set.has(address)
  }
}

/**
 * Reads the header that begins a connection; what stands behind it is put back into the socket.
 * @param done told once; the socket is paused then, and may be served as it is or wrapped in TLS
 */
export function readProxyHeader(socket: Socket, terms: ProxyProtocolTerms, done: (outcome: ProxyOutcome) => void): void {
  const parser = new ProxyHeaderParser()
  const finish = (outcome: ProxyOutcome) => {
    stopTimer()
    socket.off('data', read).off('end', gone).off('error', gone).off('close', gone)
    if (outcome.kind === 'refused') destroyQuietly(socket)
    done(outcome)
  }
  const refuse = (reason: string) => finish({ kind: 'refused', reason })
  const gone = () => refuse('proxy-gone')
  const read = (chunk: Buffer) => {
    const header = parser.read(chunk, 0)
    if (header === null) return
    if (header instanceof WireFault) return refuse(header.rule)
    // Paused, as it was accepted: node's TLS takes up what is put back into a paused socket, and only into that.
    socket.off('data', read).pause()
    if (parser.taken < chunk.byteLength) socket.unshift(chunk.subarray(parser.taken))
    finish({ kind: 'read', address: header.address })
  }
  if (!terms.trusted(socket.remoteAddress ?? '')) {
    destroyQuietly(socket)
    return done({ kind: 'refused', reason: 'proxy-untrusted' })
  }
  const stopTimer = terms.timers.after(terms.timeoutMs, () => refuse('proxy-timeout'))
  socket.on('data', read).on('end', gone).on('error', gone).on('close', gone)
  socket.resume()
}

// A reset that was on its way already must not become an error that nobody hears.
function destroyQuietly(socket: Socket): void {
  socket.on('error', () => {})
  socket.destroy()
}
