import { isIPv4, isIPv6 } from 'node:net'
import { formatIpv6, ipv4Bits, ipv6Groups } from './ip-text.ts'

/** An IP address: IPv4 as an unsigned 32-bit number, IPv6 as eight 16-bit groups. */
export type Address = { readonly family: 4; readonly bits: number } | { readonly family: 6; readonly groups: readonly number[] }

/** An address block: the address with its host bits cleared, and how many leading bits count. */
export interface Cidr {
  readonly address: Address
  /** 0..32 for IPv4, 0..128 for IPv6. */
  readonly prefixBits: number
}

/**
 * The address that a text names, or null. No brackets, no port; a zone id (`%eth0`) is dropped.
 * An IPv4-mapped IPv6 address is that IPv4 address (RFC 4291 §2.5.5.2): a dual-stack socket reports IPv4 clients so, and one client
 * must not have two identities.
 */
export function parseAddress(text: string): Address | null {
  if (isIPv4(text)) return { family: 4, bits: ipv4Bits(text) }
  if (!isIPv6(text)) return null
  const zone = text.indexOf('%')
  return unmapped(ipv6Groups(zone < 0 ? text : text.slice(0, zone)))
}

/** The one text of an address: dotted IPv4, or IPv6 as RFC 5952 writes it, without brackets. */
export function formatAddress(address: Address): string {
  if (address.family === 6) return formatIpv6(address.groups)
  const bits = address.bits
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`
}

/** The block that a text names (`10.0.0.0/8`, `2001:db8::/32`, or one address), host bits cleared; null when not valid. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/')
  const written = slash < 0 ? text : text.slice(0, slash)
  const address = written.includes('%') ? null : parseAddress(written)
  if (address === null) return null

  // A mapped block counts its bits from the start of the IPv6 address, 96 bits before the IPv4 part.
  const mappedBits = address.family === 4 && written.includes(':') ? 96 : 0
  const width = address.family === 4 ? 32 : 128
  if (slash < 0) return { address, prefixBits: width }
  const digits = text.slice(slash + 1)
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(digits)) return null
  const prefixBits = Number(digits) - mappedBits
  if (prefixBits < 0 || prefixBits > width) return null
  return { address: masked(address, prefixBits), prefixBits }
}

/**
 * The block around an address as text, e.g. `192.0.2.0/24`: one key for all addresses that one subscriber may use.
 * @param v4Bits leading bits that count for IPv4, 0..32
 * @param v6Bits leading bits that count for IPv6, 0..128
 */
export function subnetOf(address: Address, v4Bits: number, v6Bits: number): string {
  const bits = address.family === 4 ? v4Bits : v6Bits
  return `${formatAddress(masked(address, bits))}/${bits}`
}

/** The address with all but its first `bits` bits cleared. */
function masked(address: Address, bits: number): Address {
  if (address.family === 4) return { family: 4, bits: maskedBits(address.bits, bits) }
  return { family: 6, groups: address.groups.map((group, index) => group & groupMask(bits - 16 * index)) }
}

/**
 * An unchanging set of address blocks.
 *
 * One hash set per prefix length: a lookup masks the address once for each length in use and asks that set. Crawlers publish
 * thousands of blocks in three or four lengths, so a lookup costs a handful of probes however many blocks there are.
 */
export class AddressSet {
  readonly #v4: ReadonlyMap<number, ReadonlySet<number>>
  readonly #v6: ReadonlyMap<number, ReadonlySet<string>>
  /** How many different blocks the set holds. */
  readonly size: number

  private constructor(blocks: readonly Cidr[]) {
    const v4 = new Map<number, Set<number>>()
    const v6 = new Map<number, Set<string>>()
    for (const { address, prefixBits } of blocks) {
      if (address.family === 4) at(v4, prefixBits).add(address.bits)
      else at(v6, prefixBits).add(groupsKey(address))
    }
    this.#v4 = v4
    this.#v6 = v6
    this.size = [...v4.values(), ...v6.values()].reduce((sum, set) => sum + set.size, 0)
  }

  /**
   * The set of these blocks: `10.0.0.0/8`, `2001:db8::/32`, or single addresses; host bits are ignored.
   * @throws RangeError that names the first text which is no block; check with `parseCidr` what is not yet trusted
   */
  static parse(cidrs: readonly string[]): AddressSet {
    return new AddressSet(
      cidrs.map((text) => {
        const block = parseCidr(text)
        if (block === null) throw new RangeError(`not an address block: ${JSON.stringify(text)}`)
        return block
      }),
    )
  }

  /** Whether a block of the set holds the address. */
  has(address: Address): boolean {
    if (address.family === 4) {
      for (const [bits, set] of this.#v4) {
        if (set.has(maskedBits(address.bits, bits))) return true
      }
      return false
    }
    for (const [bits, set] of this.#v6) {
      if (set.has(groupsKey(masked(address, bits)))) return true
    }
    return false
  }
}

function unmapped(groups: readonly number[]): Address {
  const mapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  if (mapped) return { family: 4, bits: ((groups[6]! << 16) | groups[7]!) >>> 0 }
  return { family: 6, groups }
}

function groupMask(bits: number): number {
  if (bits <= 0) return 0
  return bits >= 16 ? 0xffff : (0xffff << (16 - bits)) & 0xffff
}

function at<T>(sets: Map<number, Set<T>>, bits: number): Set<T> {
  const found = sets.get(bits) ?? new Set<T>()
  sets.set(bits, found)
  return found
}

// A shift by 32 is a shift by 0 in JavaScript, so a prefix of no bits is a case of its own.
function maskedBits(address: number, bits: number): number {
  return bits === 0 ? 0 : (address & (-1 << (32 - bits))) >>> 0
}

// Eight code units, one per group: a key that compares and hashes as fast as any short string.
function groupsKey(address: Address): string {
  return address.family === 6 ? String.fromCharCode(...address.groups) : ''
}
