// The fields of an answer as HTTP/2 has them: status first, names in lower case, nothing that speaks of an HTTP/1 connection.

import type { OutgoingHttpHeaders } from 'node:http2'
import { IS_TOKEN, IS_VALUE } from '../base/octets.ts'
import type { Fields } from '../http/fields.ts'
import type { Answer } from '../pipeline/exchange.ts'

// RFC 9113 §8.2.2 forbids the first five. Trailer announces what never comes; the last belongs to an upgrade that is not made.
const NOT_SENT: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'],
  ...['te', 'trailer', 'http2-settings'],
])
// Bit n is set when a field that is not sent, or content-length, has a name of n letters: most names are let through by their length.
const LENGTHS = [...NOT_SENT, 'content-length'].reduce((bits, name) => bits | (1 << name.length), 0)

/** The highest status that node sends over HTTP/2. */
export const LAST_STATUS = 599

/**
 * The field lines of an answer, `:status` first; the date is left to node. Null when a field cannot be written.
 * @param kind `bodiless` for answers that have no content whatever their fields say (HEAD, 204, 205, 304)
 */
export function answerLines({ status, fields, body }: Answer, kind: 'bodiless' | 'with-body'): string[] | null {
  if (status < 200 || status > LAST_STATUS) return null
  const lines = [':status', String(status)]
  // A length on a 204 is a mistake that some read as a body to come (RFC 9110 §8.6); on a HEAD and a 304 it speaks of the GET.
  const keepsLength = kind === 'bodiless' && status !== 204 && status !== 205
  if (!appendFields(lines, fields, keepsLength ? 'keep-length' : 'drop-length')) return null
  const lengthBytes = kind === 'bodiless' ? null : body === null ? 0 : body.lengthBytes
  if (lengthBytes !== null) lines.push('content-length', String(lengthBytes))
  return lines
}

/** The fields of an interim answer as node wants them; null when one cannot be written, or for a status that is none. */
export function interimFields(status: number, fields: Fields): OutgoingHttpHeaders | null {
  if (status < 102 || status > 199) return null
  const lines: string[] = []
  if (!appendFields(lines, fields, 'drop-length')) return null
  const record: Record<string, string[]> = Object.create(null)
  for (let i = 0; i < lines.length; i += 2) {
    record[lines[i]!] ??= []
    record[lines[i]!]!.push(lines[i + 1]!)
  }
  return { ':status': status, ...record }
}

function appendFields(lines: string[], fields: Fields, length: 'keep-length' | 'drop-length'): boolean {
  const raw = fields.toRaw()
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    const value = raw[i + 1]!
    if ((LENGTHS & (1 << name.length)) !== 0) {
      if (NOT_SENT.has(name) || (name === 'content-length' && length === 'drop-length')) continue
    }
    if (!isWritable(name, value)) return false
    lines.push(name, value)
  }
  return true
}

// node joins names and values with NUL before nghttp2 sees them, and looks into no value.
function isWritable(name: string, value: string): boolean {
  for (let i = 0; i < name.length; i++) if (IS_TOKEN[name.charCodeAt(i)] !== 1) return false
  for (let i = 0; i < value.length; i++) if (IS_VALUE[value.charCodeAt(i)] !== 1) return false
  return name !== ''
}
