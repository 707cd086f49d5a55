// Fallbacks that say something of the request they answer. What they may say is a short list, and is escaped: it comes from clients.

import type { FallbackPlan } from '../config/snapshot.ts'
import type { Exchange } from './exchange.ts'
import { retryAfterSeconds } from './retry-after.ts'

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '\\': '&#92;' }
/** What a client may have shown to it of what it sent. */
const MAX_SHOWN = 256

/** The body of a fallback for one request. */
export function bodyOf({ config, bytes }: FallbackPlan, retryAfterMs: number, x: Exchange): Uint8Array {
  if (config.template === 'no') return bytes
  const { fields, target } = x.incoming
  const values: Readonly<Record<string, string>> = {
    status: String(config.status),
    retryAfterS: retryAfterSeconds(retryAfterMs),
    requestId: x.id,
    host: fields.get('host') ?? '',
    path: target.split('?', 1)[0]!,
  }
  const filled = config.body.replace(/\{\{(status|retryAfterS|requestId|host|path)\}\}/g, (_, name: string) => shown(values[name]!))
  return Buffer.from(filled)
}

function shown(value: string): string {
  return value.slice(0, MAX_SHOWN).replace(/[&<>"'\\]/g, (character) => HTML[character]!)
}
