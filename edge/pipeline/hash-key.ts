// What a pool hashes of a request.

import type { HashKey } from '../contract/balance.ts'
import type { KeySource } from '../contract/key-source.ts'
import type { Asked } from './exchange.ts'
import { keyValue } from './key-value.ts'

/** Between the parts of a key: in no part, so that no two keys read alike. */
const BETWEEN = '\0'

/** The first key whose parts the request has, all of them; empty when it has none. */
export function hashKeyValue(keys: HashKey, asked: Asked): string {
  for (const parts of keys) {
    const value = joined(parts, asked)
    if (value !== null) return value
  }
  return ''
}

function joined(parts: readonly KeySource[], asked: Asked): string | null {
  let value: string | null = null
  for (const part of parts) {
    const next = keyValue(part, asked)
    if (next === null) return null
    value = value === null ? next : value + BETWEEN + next
  }
  return value
}
