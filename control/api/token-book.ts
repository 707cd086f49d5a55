// The tokens that are good now: those of the store, and those that this process made for itself and that end with it.

import type { Clock, Random } from '../../edge/base/ports.ts'
import type { Role } from '../domain/access.ts'
import { type Actor, auditEntry } from '../domain/audit.ts'
import { digestOfSecret, findToken, MAX_TOKENS, type MintedToken, mintToken, type TokenRecord } from '../domain/token.ts'
import type { Store } from '../store/store.ts'

/** No secret of ours is longer; what is longer is not even hashed. */
const MAX_SECRET_LENGTH = 256

/** What became of a wish for a token. */
export type TokenMaking = { readonly kind: 'made'; readonly token: MintedToken } | { readonly kind: 'refused'; readonly reason: string }

/** What became of taking a token back. */
export type TokenDropping =
  | { readonly kind: 'dropped' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: string }

/** All tokens that are good now. */
export class TokenBook {
  readonly #store: Store
  readonly #random: Random
  readonly #clock: Clock
  /** Made by this process for itself: a handful, never stored. */
  readonly #passing: TokenRecord[] = []

  constructor(store: Store, ports: { readonly random: Random; readonly clock: Clock }) {
    this.#store = store
    this.#random = ports.random
    this.#clock = ports.clock
  }

  /** The tokens that are kept, without what only ends with this process. */
  list(): readonly TokenRecord[] {
    return this.#store.tokens()
  }

  /** Whose secret this is, or null. */
  identify(secret: string): TokenRecord | null {
    if (secret.length > MAX_SECRET_LENGTH) return null
    const digest = digestOfSecret(this.#store.tokenKey(), secret)
    return findToken([...this.#store.tokens(), ...this.#passing], digest)
  }

  /** Makes a token that is kept. */
  make(wanted: { readonly name: string; readonly role: Role }, actor: Actor): TokenMaking {
    const tokens = this.#store.tokens()
    if (tokens.length >= MAX_TOKENS) return { kind: 'refused', reason: `there are ${MAX_TOKENS} tokens already; take one back first` }
    // The name is what the audit and the switches call its owner, so it must mean one token only.
    const taken = [...tokens, ...this.#passing].some((token) => token.name === wanted.name) || wanted.name === 'weir'
    if (taken) return { kind: 'refused', reason: `the name "${wanted.name}" is taken; choose another` }
    const token = this.#mint(wanted)
    const deed = { action: 'token.make', subject: wanted.name, reason: '', change: { id: token.record.id, role: wanted.role } } as const
    this.#store.addToken(token.record, auditEntry(actor, deed, this.#clock.wallMs()))
    return { kind: 'made', token }
  }

  /** Makes a token that is good until this process ends. @returns its secret */
  makePassing(wanted: { readonly name: string; readonly role: Role }): string {
    const token = this.#mint(wanted)
    this.#passing.push(token.record)
    return token.secret
  }

  /** Takes a token back. The last admin stays: nobody could make another. */
  drop(id: string, actor: Actor): TokenDropping {
    const tokens = this.#store.tokens()
    const token = tokens.find((each) => each.id === id)
    if (!token) return { kind: 'absent' }
    if (token.role === 'admin' && tokens.filter((each) => each.role === 'admin').length === 1) {
      return { kind: 'refused', reason: 'it is the last admin token; make another one first' }
    }
    const deed = { action: 'token.drop', subject: token.name, reason: '', change: { id, role: token.role } } as const
    this.#store.dropToken(id, auditEntry(actor, deed, this.#clock.wallMs()))
    return { kind: 'dropped' }
  }

  #mint(wanted: { readonly name: string; readonly role: Role }): MintedToken {
    return mintToken(wanted, { key: this.#store.tokenKey(), random: this.#random, nowMs: this.#clock.wallMs() })
  }
}
