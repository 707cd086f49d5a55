import type { CacheConfig } from '../contract/cache.ts'
import { weakMatch } from '../http/entity-tag.ts'
import { Fields } from '../http/fields.ts'
import { withoutHopByHop } from '../http/hop-by-hop.ts'
import type { Entry } from './entry.ts'
import type { Timing } from './freshness.ts'
import { newEntry } from './new-entry.ts'
import { validatorsOf } from './validators.ts'

// What a 304 may not replace in the answer it validates: these describe the body that we hold, and it sends none (RFC 9111 §3.2).
const ABOUT_THE_BODY: ReadonlySet<string> = new Set([
  ...['content-length', 'content-encoding', 'content-range'],
  ...['content-md5', 'content-digest', 'repr-digest', 'digest'],
])

/**
 * The conditions under which an origin need not send this entry again, as lines to set on the request; empty when it has no validator.
 * The request's own If-* and Range fields must go first: they are about what the client has, and are answered from the entry.
 * @see RFC 9111 §4.3.1
 */
export function validationFields(entry: Entry): readonly (readonly [name: string, value: string])[] {
  const { etag, lastModifiedAtMs } = validatorsOf(entry.fields)
  const conditions: [string, string][] = []
  if (etag !== null) conditions.push(['If-None-Match', entry.fields.get('etag')!])
  if (lastModifiedAtMs !== null) conditions.push(['If-Modified-Since', entry.fields.get('last-modified')!])
  return conditions
}

/** A 304, or the head that answers a HEAD, with its times. `fillSeq` is the purge sequence known when it was asked for. */
export interface NotModified extends Timing {
  /** As they came. */
  readonly fields: Fields
  readonly fillSeq: number
}

/**
 * The entry as a 304 renewed it: the same body, its fields updated, its freshness computed anew.
 * Whether the result may still be kept is for `storable` to say: the 304 may bring a no-store.
 * @returns null when the 304 is about another answer than this one: ask again without conditions (RFC 9111 §4.3.3, §4.3.4)
 */
export function refreshed(entry: Entry, answer: NotModified, rule: CacheConfig): Entry | null {
  return isAbout(entry, answer.fields) ? updated(entry, answer, rule) : null
}

/**
 * The entry as the 200 to a HEAD of its target updates it. What differs in a validator or in length is about another body: the entry is
 * stale then, whatever lifetime it had.
 * @see RFC 9111 §4.3.5
 */
export function updatedByHead(entry: Entry, answer: NotModified, rule: CacheConfig): Entry {
  const theirs = validatorsOf(answer.fields)
  const ours = validatorsOf(entry.fields)
  const sameTag = theirs.etag === null || (ours.etag !== null && weakMatch(theirs.etag, ours.etag))
  const sameDate = theirs.lastModifiedAtMs === null || theirs.lastModifiedAtMs === ours.lastModifiedAtMs
  const length = answer.fields.get('content-length')
  const sameLength = length === undefined || Number(length) === entry.body.byteLength
  return sameTag && sameDate && sameLength ? updated(entry, answer, rule) : { ...entry, lifetimeMs: 0 }
}

function updated(entry: Entry, answer: NotModified, rule: CacheConfig): Entry {
  const { status, body, varyNames, variant, tags } = entry
  const { requestedAtMs, receivedAtMs, fillSeq } = answer
  const fields = updatedFields(entry.fields, answer.fields)
  return newEntry({ requestedAtMs, receivedAtMs, fillSeq, status, fields, body, varyNames, variant, tags }, rule)
}

/** §4.3.4: a validator in the 304 must be the entry's own; where it brings none, the entry that was asked about is meant. */
function isAbout(entry: Entry, answer: Fields): boolean {
  const theirs = validatorsOf(answer)
  const ours = validatorsOf(entry.fields)
  if (theirs.etag !== null) return ours.etag !== null && weakMatch(theirs.etag, ours.etag)
  // With an ETag of ours the origin compared that one, and its dates may be those of another replica.
  if (ours.etag !== null || theirs.lastModifiedAtMs === null) return true
  return theirs.lastModifiedAtMs === ours.lastModifiedAtMs
}

/** §3.2: every field of the 304 replaces the kept one of its name, except those about the body. */
function updatedFields(kept: Fields, answer: Fields): Fields {
  const update = [...withoutHopByHop(answer)].filter(([name]) => !ABOUT_THE_BODY.has(name.toLowerCase()))
  // The old Date goes even when the 304 has none: it would make the renewed entry as old as it was.
  const replaced = new Set(['date', ...update.map(([name]) => name.toLowerCase())])
  const stays = [...kept].filter(([name]) => !replaced.has(name.toLowerCase()))
  return Fields.fromRaw([...stays, ...update].flat())
}
