// The header by which a balancer tells whose connection it passes on: the PROXY protocol, a line of text (version 1) or a block of
// bytes (version 2). It stands before everything else, also before a TLS handshake, and is believed: so whoever reads one has made
// certain beforehand that the peer is a balancer of ours.
//
// Each rule is looked at when a certain byte is here and not earlier, so that any split of the bytes gives the same result.
// Full: a line of 107 bytes, a block of MAX_BLOCK_BYTES; more is refused when that byte is reached.
// [1] https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt

import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import { PROXY_RULES } from './proxy-header-rules.ts'
import { checksumFault } from './proxy-header-tlv.ts'
import type { WireFault } from './wire-fault.ts'

/** Whose connection it is. */
export interface ProxyHeader {
  /** The client, spelled as a socket spells it; null when the connection is the balancer's own or of unknown origin. */
  readonly address: string | null
  /** The client's port; 0 without an address. */
  readonly port: number
}

/** The longest line of version 1, line end included [1, §2.1]. */
export const MAX_LINE_BYTES = 107
/** The longest block of version 2 that is taken; with the certificate of a client in it, one may reach some KiB. */
export const MAX_BLOCK_BYTES = 4_096

const CR = 0x0d
const LF = 0x0a
const LINE_START = Buffer.from('PROXY ', 'latin1')
const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
/** Signature, version and command, family and transport, length [1, §2.2]. */
const BLOCK_HEAD_BYTES = 16
const PORT = /^(?:0|[1-9][0-9]{0,4})$/

/** Address bytes by family and transport; what is not listed here does not come over a stream [1, §2.2]. */
const ADDRESS_BYTES: ReadonlyMap<number, number> = new Map([
  [0x11, 12],
  [0x21, 36],
  [0x31, 216],
])
const UNSPECIFIED = 0x00
const TCP_OVER_IPV4 = 0x11
const TCP_OVER_IPV6 = 0x21

const UNKNOWN: ProxyHeader = { address: null, port: 0 }

/** Reads one header from the first bytes of a connection. */
export class ProxyHeaderParser {
  /** Where in the last chunk the bytes behind the header begin. */
  taken = 0
  #bytes = Buffer.allocUnsafe(MAX_LINE_BYTES)
  #length = 0

  /**
   * Reads on.
   * @param at where in the chunk to begin
   * @returns the header, the rule it breaks, or null while bytes are missing; after the first two the parser is of no more use
   */
  read(chunk: Buffer, at: number): ProxyHeader | WireFault | null {
    for (let i = at; i < chunk.byteLength; i++) {
      this.#bytes[this.#length] = chunk[i]!
      this.#length += 1
      this.taken = i + 1
      const result = this.#bytes[0] === CR ? this.#blockByte() : this.#lineByte()
      if (result !== null) return result
    }
    this.taken = chunk.byteLength
    return null
  }

  #lineByte(): ProxyHeader | WireFault | null {
    const last = this.#length - 1
    const byte = this.#bytes[last]!
    if (last < LINE_START.byteLength) return byte === LINE_START[last] ? null : PROXY_RULES.start
    if (byte === LF) return this.#bytes[last - 1] === CR ? lineHeader(this.#bytes.toString('latin1', 0, last - 1)) : PROXY_RULES.lineEnd
    if (this.#bytes[last - 1] === CR) return PROXY_RULES.lineEnd
    return this.#length === MAX_LINE_BYTES ? PROXY_RULES.lineLength : null
  }

  #blockByte(): ProxyHeader | WireFault | null {
    const last = this.#length - 1
    const byte = this.#bytes[last]!
    if (last < SIGNATURE.byteLength) return byte === SIGNATURE[last] ? null : PROXY_RULES.start
    if (last === 12) return versionFault(byte)
    if (last === 13) return familyFault(this.#bytes[12]!, byte)
    if (last < BLOCK_HEAD_BYTES - 1) return null
    const wholeBytes = BLOCK_HEAD_BYTES + this.#bytes.readUInt16BE(14)
    if (last === BLOCK_HEAD_BYTES - 1) {
      const fault = lengthFault(this.#bytes, wholeBytes)
      if (fault !== null) return fault
      this.#bytes = Buffer.concat([this.#bytes.subarray(0, BLOCK_HEAD_BYTES)], wholeBytes)
    }
    return this.#length === wholeBytes ? blockHeader(this.#bytes) : null
  }
}

function lineHeader(line: string): ProxyHeader | WireFault {
  const words = line.split(' ')
  const [, protocol, source = '', destination = '', sourcePort = '', destinationPort = ''] = words
  // What follows UNKNOWN is to be ignored, whatever it is [1, §2.1].
  if (protocol === 'UNKNOWN') return UNKNOWN
  if (protocol !== 'TCP4' && protocol !== 'TCP6') return PROXY_RULES.lineProtocol
  if (words.length !== 6) return PROXY_RULES.lineWords
  const isAddress = protocol === 'TCP4' ? isIPv4 : isPlainIPv6
  if (!isAddress(source) || !isAddress(destination)) return PROXY_RULES.lineAddress
  if (!isPort(sourcePort) || !isPort(destinationPort)) return PROXY_RULES.linePort
  return { address: protocol === 'TCP4' ? source : canonicalIPv6(source), port: Number(sourcePort) }
}

// A zone id means something on one machine only (RFC 4007 §6).
function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

function isPort(text: string): boolean {
  return PORT.test(text) && Number(text) <= 65_535
}

function canonicalIPv6(address: string): string {
  return new SocketAddress({ address, family: 'ipv6' }).address
}

function versionFault(byte: number): WireFault | null {
  if (byte >> 4 !== 2) return PROXY_RULES.version
  return (byte & 15) > 1 ? PROXY_RULES.command : null
}

// The balancer's own connections (a health check) are taken whatever family they name [1, §2.2].
function familyFault(versionAndCommand: number, family: number): WireFault | null {
  const local = (versionAndCommand & 15) === 0
  return local || family === UNSPECIFIED || ADDRESS_BYTES.has(family) ? null : PROXY_RULES.family
}

function lengthFault(head: Buffer, wholeBytes: number): WireFault | null {
  if (wholeBytes > MAX_BLOCK_BYTES) return PROXY_RULES.blockTooLong
  return wholeBytes - BLOCK_HEAD_BYTES < addressBytesOf(head) ? PROXY_RULES.blockTooShort : null
}

/** Bytes of addresses; 0 where there are none to be believed. */
function addressBytesOf(head: Buffer): number {
  const local = (head[12]! & 15) === 0
  return local ? 0 : (ADDRESS_BYTES.get(head[13]!) ?? 0)
}

function blockHeader(block: Buffer): ProxyHeader | WireFault {
  const addressBytes = addressBytesOf(block)
  // Without a family nobody can say where addresses end and the rest begins: all of it is skipped by its length.
  if (addressBytes === 0) return UNKNOWN
  const fault = checksumFault(block, BLOCK_HEAD_BYTES + addressBytes)
  if (fault !== null) return fault
  const family = block[13]!
  if (family === TCP_OVER_IPV4) return { address: block.subarray(16, 20).join('.'), port: block.readUInt16BE(24) }
  if (family === TCP_OVER_IPV6) return { address: ipv6At(block, 16), port: block.readUInt16BE(48) }
  return UNKNOWN
}

function ipv6At(block: Buffer, at: number): string {
  const groups: string[] = []
  for (let i = at; i < at + 16; i += 2) groups.push(block.readUInt16BE(i).toString(16))
  return canonicalIPv6(groups.join(':'))
}
