// Tokens: how a secret is made, and what is kept of it. The secret carries 256 random bits, so a fast hash is enough: there is
// nothing to guess from, and a slow hash would only make the API easy to tire out. What is kept is an HMAC under a key of this
// store, so that two stores never hold the same digest for one secret and a stolen table says nothing about any other.

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Random } from '../../edge/base/ports.ts'
import type { Role } from './access.ts'

const SECRET_BYTES = 32
const ID_BYTES = 6

/** The most tokens that are kept; beyond it a new one is refused. */
export const MAX_TOKENS = 1_000

/** What is kept of a token. */
export interface TokenRecord {
  /** Names it in the API; says nothing of the secret. */
  readonly id: string
  /** Whose it is; unique, and the owner of what is written with it. */
  readonly name: string
  readonly role: Role
  /** HMAC-SHA-256 of the secret, lower-case hex. */
  readonly digest: string
  readonly createdAtMs: number
}

/** A token fresh from the mint. The secret is shown once and kept nowhere. */
export interface MintedToken {
  readonly record: TokenRecord
  readonly secret: string
}

/** Makes a token. @param key the key of this store, hex */
export function mintToken(
  wanted: { readonly name: string; readonly role: Role },
  from: { readonly key: string; readonly random: Random; readonly nowMs: number },
): MintedToken {
  const secret = `weir_${wanted.role}_${from.random.hex(SECRET_BYTES)}`
  const digest = digestOfSecret(from.key, secret)
  return { secret, record: { id: from.random.hex(ID_BYTES), ...wanted, digest, createdAtMs: from.nowMs } }
}

/** The digest of a secret under the key of a store, lower-case hex. */
export function digestOfSecret(key: string, secret: string): string {
  return createHmac('sha256', key).update(secret, 'utf8').digest('hex')
}

/**
 * The record whose digest this is, or null. Looks at every record and compares whole digests of equal length,
 * so that the time it takes says nothing about how much of a guess was right.
 */
export function findToken(records: Iterable<TokenRecord>, digest: string): TokenRecord | null {
  const wanted = Buffer.from(digest, 'hex')
  let found: TokenRecord | null = null
  for (const record of records) {
    const kept = Buffer.from(record.digest, 'hex')
    if (kept.length === wanted.length && timingSafeEqual(kept, wanted)) found = record
  }
  return found
}
