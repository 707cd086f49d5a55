import { type Directive, readDirectives } from './cache-directives.ts'

/** What Cache-Control says, of a request or a response. Seconds are integers 0..2^31; null means that the directive is absent. */
export interface CacheControl {
  readonly maxAgeSeconds: number | null
  readonly sMaxAgeSeconds: number | null
  readonly noStore: boolean
  /** True without a field list; with one: those response fields, lower-case, that must not be reused unvalidated. */
  readonly noCache: boolean | readonly string[]
  /** True without a field list; with one: those response fields, lower-case, that a shared cache must not keep. */
  readonly private: boolean | readonly string[]
  readonly public: boolean
  readonly mustRevalidate: boolean
  readonly proxyRevalidate: boolean
  readonly mustUnderstand: boolean
  readonly immutable: boolean
  /** RFC 5861 §3. */
  readonly staleWhileRevalidateSeconds: number | null
  /** RFC 5861 §4. */
  readonly staleIfErrorSeconds: number | null
  /** 2^31 when the request takes an answer however stale. */
  readonly maxStaleSeconds: number | null
  readonly minFreshSeconds: number | null
  readonly onlyIfCached: boolean
  readonly noTransform: boolean
}

/** A lifetime that never ends: what more seconds count as (RFC 9111 §1.2.2). */
export const MAX_DELTA_SECONDS = 2 ** 31

type Draft = { -readonly [Name in keyof CacheControl]: CacheControl[Name] }

const ABSENT: CacheControl = Object.freeze({
  maxAgeSeconds: null,
  sMaxAgeSeconds: null,
  noStore: false,
  noCache: false,
  private: false,
  public: false,
  mustRevalidate: false,
  proxyRevalidate: false,
  mustUnderstand: false,
  immutable: false,
  staleWhileRevalidateSeconds: null,
  staleIfErrorSeconds: null,
  maxStaleSeconds: null,
  minFreshSeconds: null,
  onlyIfCached: false,
  noTransform: false,
})

const FIELD_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * Reads the Cache-Control lines of one message. Whatever is doubtful is read as the more restrictive meaning, because the other
 * mistake shows one user's page to another: an unreadable lifetime is 0, hence stale; of two lifetimes the first holds (RFC 9111 §4.2.1);
 * `private` or `no-cache` with an empty or unreadable field list counts as the one without a list, which covers everything.
 * @param lines values of all lines, in order
 * @throws never; unknown directives are ignored (§5.2.3)
 * @see RFC 9111 §5.2
 */
export function parseCacheControl(lines: readonly string[]): CacheControl {
  if (lines.length === 0) return ABSENT
  const draft: Draft = { ...ABSENT }
  for (const line of lines) readDirectives(line, (directive) => apply(draft, directive))
  return draft
}

function apply(draft: Draft, directive: Directive): void {
  const flag = FLAGS.get(directive.name)
  if (flag !== undefined) {
    // A value here is not in the grammar. Who writes `no-store=x` does not want it stored; a permission has to be clear.
    if (directive.value === null || !PERMISSIONS.has(flag)) draft[flag] = true
    return
  }
  const lifetime = LIFETIMES.get(directive.name)
  if (lifetime !== undefined) {
    draft[lifetime] ??= seconds(directive)
    return
  }
  if (directive.name === 'private') draft.private = union(draft.private, fieldNames(directive))
  else if (directive.name === 'no-cache') draft.noCache = union(draft.noCache, fieldNames(directive))
  else if (directive.name === 'max-stale')
    draft.maxStaleSeconds = Math.min(draft.maxStaleSeconds ?? MAX_DELTA_SECONDS, staleness(directive))
  else if (directive.name === 'min-fresh') draft.minFreshSeconds = Math.max(draft.minFreshSeconds ?? 0, seconds(directive))
}

type NamesOf<Value> = { [Name in keyof CacheControl]-?: CacheControl[Name] extends Value ? Name : never }[keyof CacheControl]

// A Map and not an object: directive names come from the wire, and `__proto__` or `constructor` must find nothing.
const FLAGS: ReadonlyMap<string, NamesOf<boolean>> = new Map([
  ['no-store', 'noStore'],
  ['public', 'public'],
  ['must-revalidate', 'mustRevalidate'],
  ['proxy-revalidate', 'proxyRevalidate'],
  ['must-understand', 'mustUnderstand'],
  ['immutable', 'immutable'],
  ['only-if-cached', 'onlyIfCached'],
  ['no-transform', 'noTransform'],
])

// `must-understand` is one too: it lifts a `no-store` (RFC 9111 §5.2.2.3).
const PERMISSIONS: ReadonlySet<keyof CacheControl> = new Set(['public', 'immutable', 'mustUnderstand'] as const)

const LIFETIMES: ReadonlyMap<string, NamesOf<number | null>> = new Map([
  ['max-age', 'maxAgeSeconds'],
  ['s-maxage', 'sMaxAgeSeconds'],
  ['stale-while-revalidate', 'staleWhileRevalidateSeconds'],
  ['stale-if-error', 'staleIfErrorSeconds'],
])

/** Quoted or not (§5.2); a space before or after `=`, a sign, a fraction or no value at all is not readable. */
function seconds(directive: Directive): number {
  if (directive.value === null || directive.spaced || !/^[0-9]+$/.test(directive.value)) return 0
  return Math.min(Number(directive.value), MAX_DELTA_SECONDS)
}

function staleness(directive: Directive): number {
  return directive.value === null ? MAX_DELTA_SECONDS : seconds(directive)
}

/** The listed names, or true for "everything": no list, an empty one, or one with something in it that is no field name. */
function fieldNames(directive: Directive): true | readonly string[] {
  if (directive.value === null) return true
  const names = directive.value.split(',').map((name) => name.trim())
  return names.every((name) => FIELD_NAME.test(name)) ? names.map((name) => name.toLowerCase()) : true
}

function union(before: boolean | readonly string[], more: true | readonly string[]): true | readonly string[] {
  if (before === true || more === true) return true
  return before === false ? more : [...before, ...more]
}
