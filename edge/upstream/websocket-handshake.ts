// The opening handshake of WebSocket, as far as who stands between the two must look at it (RFC 6455 §4). An answer that only looks
// like a switch of protocols would turn the rest of the connection into a place where nobody reads what the client says as HTTP.

import { createHash } from 'node:crypto'
import type { Fields } from '../http/fields.ts'

/** What is appended to a key before it is hashed (RFC 6455 §1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Sixteen bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/

/** The key of a client, or null when there is not exactly one of sixteen bytes. @see RFC 6455 §4.1 */
export function websocketKey(fields: Fields): string | null {
  const key = fields.count('sec-websocket-key') === 1 ? fields.get('sec-websocket-key') : undefined
  return key !== undefined && KEY.test(key) ? key : null
}

/** What an origin answers to a key. @see RFC 6455 §4.2.2 */
export function acceptOf(key: string): string {
  return createHash('sha1')
    .update(key + GUID)
    .digest('base64')
}

/** Why a 101 does not open the WebSocket of that key, or null when it does. @see RFC 6455 §4.1 */
export function switchFault(fields: Fields, key: string): string | null {
  if (fields.get('upgrade')?.toLowerCase() !== 'websocket') return 'its Upgrade is not websocket'
  if (!namesUpgrade(fields)) return 'its Connection does not name Upgrade'
  if (fields.get('sec-websocket-accept') !== acceptOf(key)) return 'its Sec-WebSocket-Accept does not belong to the key'
  return null
}

function namesUpgrade(fields: Fields): boolean {
  return fields.getAll('connection').some((line) => line.split(',').some((option) => option.trim().toLowerCase() === 'upgrade'))
}
