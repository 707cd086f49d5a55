import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Peer } from './peer.ts'

// Sticky cookies: NAME.END.SIGNATURE. The name is a keyed hash of pool and address: it tells nothing, and is the same at every edge that
// has the key. END is when the cookie is no longer believed, in seconds since the epoch in base 36; 0 never ends. The signature is over
// both and the pool, so that a cookie can be neither made up, nor kept longer, nor brought from another pool [1].
// The first key signs, all are believed: a new key is put first, and the old one taken away when its cookies have ended.
// A reading costs one HMAC per key; names are made when the first cookie comes.
// [1] HMAC-SHA-256, RFC 2104; cut to 96 and 192 bits, as RFC 2104 §5 allows.

const FORM = /^([A-Za-z0-9_-]{16})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{32})$/
const NAME_LENGTH = 16
const SIGNATURE_LENGTH = 32

/** What a cookie says. */
export type StickyReading =
  /** `due` when it should be given anew: its end is near, or its key an old one. */
  | { readonly kind: 'named'; readonly peer: Peer; readonly due: boolean }
  /** Not of our form; not signed by us, or for another pool; over; of a peer that the pool has no more. */
  | { readonly kind: 'garbled' | 'forged' | 'ended' | 'gone' }

/** Reads and makes the sticky cookies of one pool. */
export class Sticky {
  readonly #poolId: string
  readonly #peers: readonly Peer[]
  readonly #ttlS: number
  readonly #keys: readonly string[]
  /** The peers by name, for each key. */
  #named: readonly ReadonlyMap<string, Peer>[] | null = null

  /** @param ttlMs 0 for cookies that do not end @param keys at least one; the first signs */
  constructor(poolId: string, peers: readonly Peer[], ttlMs: number, keys: readonly string[]) {
    this.#poolId = poolId
    this.#peers = peers
    this.#ttlS = Math.ceil(ttlMs / 1_000)
    this.#keys = keys
  }

  /** What the value of a cookie says. Whatever it is, nothing is thrown. @param atMs wall clock */
  read(value: string, atMs: number): StickyReading {
    const parts = FORM.exec(value)
    if (parts === null) return { kind: 'garbled' }
    const [, name, end, signature] = parts as unknown as [string, string, string, string]
    const at = this.#keys.findIndex((key) => isSame(signature, this.#signature(key, name, end)))
    if (at < 0) return { kind: 'forged' }
    const leftS = Number.parseInt(end, 36) - atMs / 1_000
    const ends = end !== '0'
    if (ends && leftS <= 0) return { kind: 'ended' }
    const peer = this.#names()[at]!.get(name)
    if (peer === undefined) return { kind: 'gone' }
    return { kind: 'named', peer, due: at > 0 || ends !== this.#ttlS > 0 || (ends && leftS < this.#ttlS / 2) }
  }

  /** The value of a cookie that names a peer. @param atMs wall clock */
  issue(peer: Peer, atMs: number): string {
    const key = this.#keys[0]!
    const name = this.#nameOf(key, peer)
    const end = this.#ttlS === 0 ? '0' : Math.ceil(atMs / 1_000 + this.#ttlS).toString(36)
    return `${name}.${end}.${this.#signature(key, name, end)}`
  }

  /** The peer at an address; null when the pool has none. */
  peerAt(address: string): Peer | null {
    return this.#peers.find((peer) => peer.address === address) ?? null
  }

  #names(): readonly ReadonlyMap<string, Peer>[] {
    this.#named ??= this.#keys.map((key) => new Map(this.#peers.map((peer) => [this.#nameOf(key, peer), peer])))
    return this.#named
  }

  // Ids hold no spaces, so no two texts that are signed are alike.
  #nameOf(key: string, { address }: Peer): string {
    return macOf(key, `peer ${this.#poolId} ${address}`).slice(0, NAME_LENGTH)
  }

  #signature(key: string, name: string, end: string): string {
    return macOf(key, `cookie ${this.#poolId} ${name} ${end}`).slice(0, SIGNATURE_LENGTH)
  }
}

function macOf(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1'))
}
