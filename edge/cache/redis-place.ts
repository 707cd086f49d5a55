import { hash } from 'node:crypto'
import { MAX_VARY_NAMES } from './variant.ts'

/** Length of every `variantId`, which lua/cache-put.lua relies on. */
export const VARIANT_ID_LENGTH = 22

const MAX_VARY_BYTES = MAX_VARY_NAMES * 129

/**
 * The Redis key of a URL. A digest, since a cache key may be long and hold anything; the braces keep a URL on one node of a cluster.
 * The number is that of the layout of the hash, not of the envelopes in it.
 */
export function placeOf(prefix: string, cacheKey: string): string {
  return `${prefix}e1:{${hash('sha256', cacheKey, 'hex')}}`
}

/** The field of a variant: 128 bits of a digest, in 22 characters. */
export function variantId(variant: string): string {
  return hash('sha256', variant, 'base64url').slice(0, VARIANT_ID_LENGTH)
}

/** The field names of Vary as one text. */
export function varyText(names: readonly string[]): string {
  return names.join(',')
}

/** The names in a text of `varyText`, or null when no edge can have written it. */
export function varyNamesIn(text: Uint8Array): readonly string[] | null {
  if (text.byteLength === 0) return []
  if (text.byteLength > MAX_VARY_BYTES) return null
  const names = Buffer.from(text).toString('latin1').split(',')
  return names.length > MAX_VARY_NAMES || names.includes('') ? null : names
}
