// One text for one value: JSON with members sorted and no space (RFC 8785), so that both planes get the same digest.

import { createHash } from 'node:crypto'
import { isMapValue } from './shape.ts'

const MAX_DEPTH = 64

/**
 * The canonical JSON of a plain value (RFC 8785): members sorted by UTF-16 code units, numbers as ECMAScript writes them.
 * Members that are undefined are left out.
 * @throws RangeError on what JSON cannot say: NaN, infinities, functions, nesting beyond 64
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0)
}

/** The SHA-256 of a value's canonical JSON, 64 lower-case hexadecimal digits. @throws RangeError as `canonicalJson` does */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value), 'utf8').digest('hex')
}

function write(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH}`)
  if (Array.isArray(value)) return `[${value.map((item) => write(item, depth + 1)).join(',')}]`
  if (isMapValue(value)) {
    // The default order of sort() is by UTF-16 code units, which is what RFC 8785 §3.2.3 asks for.
    const names = Object.keys(value)
      .filter((name) => value[name] !== undefined)
      .sort()
    return `{${names.map((name) => `${JSON.stringify(name)}:${write(value[name], depth + 1)}`).join(',')}}`
  }
  return writeScalar(value)
}

function writeScalar(value: unknown): string {
  const scalar = value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
  if (!scalar) throw new RangeError(`not a JSON value: ${String(value)}`)
  return JSON.stringify(value)
}
