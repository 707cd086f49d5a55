// A part that an origin sent, on its way to the client, is kept and put to those that are there.

import { isPromise } from '../base/is-promise.ts'
import type { Entry } from '../cache/entry.ts'
import type { Found as LevelFound } from '../cache/levels.ts'
import { newEntry } from '../cache/new-entry.ts'
import { partsKey, withPart } from '../cache/parts.ts'
import { variantOf, varyNamesOf } from '../cache/variant.ts'
import { parseContentRange } from '../http/content-range.ts'
import type { Answer, Asked, Exchange } from './exchange.ts'
import { Filling } from './filling.ts'
import type { Unanswered } from './found.ts'
import { mayKeep } from './may-keep.ts'
import { originAnswer } from './origin-answer.ts'
import { rangeAsk } from './range-miss.ts'
import type { Fetched } from './send-to-pool.ts'

/** Keeps an entry under a key, in all levels that are for it. */
export type Keep = (key: string, entry: Entry, asked: Asked, x: Exchange) => unknown

type Missed = Extract<Unanswered, { kind: 'miss' }>

/** The answer for the client when it is a part that may be kept, kept on the way; null when it is not. */
export function fillPart(asked: Asked, fetched: Fetched, found: Unanswered, keep: Keep, x: Exchange): Answer | null {
  const saidBytes = found.kind === 'miss' ? partBytes(asked, fetched) : 0
  if (found.kind !== 'miss' || saidBytes === 0) return null
  const { body: source } = fetched.answer
  const bounds = { maxBytes: asked.route.config.cache.maxEntryBytes, budget: x.tools.budget, inUse: x.tools.bodiesInUse }
  const filling = new Filling(source.lengthBytes, bounds, {
    whole(bytes) {
      // One that is shorter than it says was cut off, unless it is as long as it meant to be: a wrong count, of bytes that are right.
      const isShort = bytes.byteLength < saidBytes && source.lengthBytes !== null
      if (bytes.byteLength > 0 && (isShort || bytes.byteLength === saidBytes))
        keepPart(asked, partEntry(asked, fetched, bytes), found, keep, x)
      return bytes
    },
    tooLong() {},
    noRoom() {
      x.why.cache += ':no-room'
    },
    // Of a part that broke off the beginning could be kept (RFC 9111 §3.3); its client comes back for the rest and brings it all.
    cut() {},
  })
  const answer = originAnswer(asked, fetched, filling.reader(), { found, stored: 'stored' }, x)
  filling.begin(source)
  return answer
}

// The bytes of one part of a known length that was asked for and may be kept, which is asked as of a whole; 0 for anything else.
function partBytes(asked: Asked, { answer, requestedAtMs, receivedAtMs }: Fetched): number {
  if (answer.status !== 206 || rangeAsk(asked, 'miss') !== 'part') return 0
  const range = parseContentRange(answer.fields.get('content-range') ?? '')
  if (range?.completeBytes == null) return 0
  const fields = answer.fields.clone()
  fields.delete('content-range')
  const head = { status: 200, fields, requestedAtMs, receivedAtMs }
  return mayKeep(asked, head).storable ? range.last - range.first + 1 : 0
}

function partEntry({ request, route, shared }: Asked, fetched: Fetched, body: Uint8Array): Entry {
  const { answer, requestedAtMs, receivedAtMs, fillSeq } = fetched
  const varyNames = varyNamesOf(answer.fields) ?? []
  const variant = variantOf(varyNames, shared)
  const tags = fetched.tags ?? route.tags
  const head = { status: 200, fields: answer.fields, requestedAtMs, receivedAtMs, varyNames, variant, tags, fillSeq }
  const entry = newEntry({ ...head, body }, route.config.cache)
  // What was asked for: who asks for exactly that again gets exactly this, also where the origin gave less.
  entry.fields.set('Range', request.fields.get('range')!)
  return { ...entry, status: 206 }
}

function keepPart(asked: Asked, part: Entry, { key }: Missed, keep: Keep, x: Exchange): void {
  const { request, route, shared } = asked
  const { maxEntryBytes, maxVariants } = route.config.cache
  const { background, clock, levels } = x.tools
  const put = (found: LevelFound | null) => {
    // A part sent under If-Range need not bring what describes the whole (RFC 9110 §15.3.7): alone it would be without.
    if (found === null && request.fields.has('if-range')) return
    const next = withPart(part, found?.entry ?? null, maxEntryBytes)
    if (next === null) return
    keep(next.status === 200 ? key : partsKey(key), next, asked, x)
    // What made up the whole is in it.
    const dropped = next.status === 200 && found !== null ? levels.delete(partsKey(key)) : undefined
    if (dropped !== undefined) background('cache.forget', dropped)
  }
  const kept = levels.lookup(partsKey(key), shared, { nowMs: clock.wallMs(), promotion: 'leave', maxVariants, spot: null })
  if (isPromise(kept)) background('cache.store', kept.then(put))
  else put(kept)
}
