// Request bodies without their secrets: forms and JSON, whose members have names. Of anything else nobody can say where the secrets are.

import { MASK } from '../contract/recording.ts'
import { isSecretName, maskedQuery } from './masked.ts'

/** How deep members are looked at; a deeper body is not kept. */
const MAX_DEPTH = 32

/** The body without its secrets; null when it cannot be told what they are. @param contentType value of the field */
export function maskedBody(contentType: string | undefined, bytes: Uint8Array, more: ReadonlySet<string>): Uint8Array | null {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
  const text = Buffer.from(bytes).toString('utf8')
  if (type === 'application/x-www-form-urlencoded') return Buffer.from(maskedQuery(text, more))
  if (type !== 'application/json' && !type.endsWith('+json')) return null
  try {
    return Buffer.from(JSON.stringify(withoutSecrets(JSON.parse(text), more, 0)))
  } catch {
    // Not JSON, or too deep: it is left out, which the recording says.
    return null
  }
}

function withoutSecrets(value: unknown, more: ReadonlySet<string>, depth: number): unknown {
  if (value === null || typeof value !== 'object') return value
  if (depth === MAX_DEPTH) throw new RangeError('too deep')
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, more, depth + 1))
  const members = Object.entries(value).map(([name, member]) => [
    name,
    isSecretName(name, more) ? MASK : withoutSecrets(member, more, depth + 1),
  ])
  return Object.fromEntries(members)
}
