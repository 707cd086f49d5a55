// The key of a cached answer, and what of a request is not in it. What is normalised for the key is what the origin sees, so that a key
// never stands for more than its origin was asked; what is neither in the key nor in Vary is treated by the `unkeyed` rules.

import Type from 'typebox'
import { FIELD_NAME_PATTERN } from './identifiers.ts'
import { KIB, SizeBytes } from './units.ts'

/** The name of a query parameter; `*` may stand at its end. */
export const QUERY_NAME_PATTERN = '^[^*]{1,128}\\*?$'

/** The name of a cookie (RFC 6265 §4.1.1), and what browsers let pass for one. */
export const COOKIE_NAME_PATTERN = '^[^=;,\\s]{1,128}$'
/** Where a request says who asks. */
export const IDENTITY_PATTERN = '^(none|(header|cookie):[A-Za-z0-9_.-]{1,64})$'
/** A language tag (RFC 5646 §2.1), as far as pages are told apart by it. */
export const LANGUAGE_PATTERN = '^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,5}$'

const yesNo = (description: string) => Type.Union([Type.Literal('no'), Type.Literal('yes')], { default: 'no', description })

const queryNames = (description: string) =>
  Type.Array(Type.String({ pattern: QUERY_NAME_PATTERN, maxLength: 129 }), { default: [], maxItems: 100, description })

/** How a value is made alike before it is keyed and sent to the origin. */
const KeyValueSchema = Type.Object(
  {
    take: Type.Union([Type.Literal('whole'), Type.Literal('first')], {
      default: 'whole',
      description: 'whole takes all of it; first only what stands before the first comma, semicolon or blank.',
    }),
    case: Type.Union([Type.Literal('kept'), Type.Literal('lower')], {
      default: 'kept',
      description: 'lower makes letters small, so that De and de are one.',
    }),
    oneOf: Type.Array(Type.String({ minLength: 1, maxLength: 256 }), {
      default: [],
      maxItems: 100,
      description: 'The values told apart; every other one counts, and is sent, as "other". All are told apart when empty.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'How its value is made alike, for the key and for the origin.' },
)
/** How a value is made alike. */
export type KeyValueConfig = Type.Static<typeof KeyValueSchema>

const valuesByName = (pattern: string, description: string) =>
  Type.Record(Type.String({ pattern }), KeyValueSchema, { default: {}, additionalProperties: false, maxProperties: 16, description })

/** What the key is made of beside scheme, host and path. */
export const CacheKeySchema = Type.Object(
  {
    query: Type.Union([Type.Literal('all'), Type.Literal('listed'), Type.Literal('none')], {
      default: 'all',
      description: 'Which query parameters key and origin see on a cacheable request: all, those of listedQuery, or none.',
    }),
    listedQuery: queryNames('The parameters that count where query is "listed". NAME* means all that begin so.'),
    dropQuery: queryNames('Parameters that neither key nor origin sees on a cacheable request. NAME* means all that begin so.'),
    tracking: Type.Union([Type.Literal('keep'), Type.Literal('drop')], {
      default: 'keep',
      description: 'drop adds the known tracking parameters (utm_*, gclid, fbclid …; docs/caching.md lists them) to dropQuery.',
    }),
    queryOrder: Type.Union([Type.Literal('kept'), Type.Literal('sorted')], {
      default: 'kept',
      description: 'sorted orders parameters by name, for key and origin; those of one name keep their order.',
    }),
    headers: valuesByName(FIELD_NAME_PATTERN, 'Request fields that are part of the key, by name.'),
    cookies: valuesByName(COOKIE_NAME_PATTERN, 'Cookies that are part of the key, by name.'),
    device: yesNo('yes keys by phone, tablet, desktop or other; the origin gets X-UA-Device and a User-Agent of that class.'),
    client: yesNo('yes keys by person or crawler; the origin gets X-Client-Class.'),
    identity: Type.String({
      pattern: IDENTITY_PATTERN,
      default: 'none',
      description:
        'Whose answers are kept apart: header:authorization, header:NAME or cookie:NAME; only a digest is keyed. none for answers that are everyone’s.',
    }),
    maxBytes: SizeBytes({
      minimum: 256,
      maximum: 64 * KIB,
      default: 4 * KIB,
      description: 'The longest key; a request with a longer one passes by the cache.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'What tells one cached answer from another, beside scheme, host and path.' },
)
/** What the key is made of. */
export type CacheKeyConfig = Type.Static<typeof CacheKeySchema>

/** How negotiated fields are made alike. */
export const CacheVarySchema = Type.Object(
  {
    codings: Type.Array(Type.Union([Type.Literal('br'), Type.Literal('gzip'), Type.Literal('zstd')]), {
      default: ['br', 'gzip', 'zstd'],
      maxItems: 3,
      description: 'The content codings an origin is asked for on cacheable requests; others in Accept-Encoding are left out.',
    }),
    languages: Type.Array(Type.String({ pattern: LANGUAGE_PATTERN }), {
      default: [],
      maxItems: 64,
      description: 'The languages there are, the default first: Accept-Language becomes the one that fits best (RFC 4647). Any when empty.',
    }),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'How fields that answers vary by are made alike, for the cache and the origin.',
  },
)

/** What becomes of a request's parts that are not in its key. */
export const CacheUnkeyedSchema = Type.Object(
  {
    headers: Type.Union([Type.Literal('standard'), Type.Literal('guard'), Type.Literal('strip')], {
      default: 'standard',
      description:
        'Fields that neither key nor Vary names: standard passes them on, but for those known from attacks; guard keeps no answer to a request with an unusual one; strip sends none to the origin.',
    }),
    named: Type.Array(Type.String({ pattern: FIELD_NAME_PATTERN }), {
      default: [],
      maxItems: 64,
      description: 'Fields that may pass all the same, since no answer depends on them.',
    }),
    cookies: Type.Union([Type.Literal('guard'), Type.Literal('strip'), Type.Literal('pass')], {
      default: 'guard',
      description:
        'Cookies that are not in the key: guard keeps an answer to them only when its origin says that it is for everyone; strip sends none to the origin; pass takes no notice.',
    }),
    trackingCookies: Type.Union([Type.Literal('keep'), Type.Literal('drop')], {
      default: 'keep',
      description:
        'drop leaves cookies that only scripts of analytics read (_ga, _gid, _fbp …; docs/caching.md lists them) out of cacheable requests, so that they stand in no way.',
    }),
    setCookie: Type.Union([Type.Literal('refuse'), Type.Literal('drop'), Type.Literal('keep')], {
      default: 'refuse',
      description:
        'An answer with Set-Cookie is not kept (refuse), kept without it (drop), or kept as it is (keep), which hands the cookie to everyone.',
    }),
  },
  { additionalProperties: false, default: {}, description: 'What becomes of the parts of a request that its key does not hold.' },
)
/** What becomes of what is not in the key. */
export type CacheUnkeyedConfig = Type.Static<typeof CacheUnkeyedSchema>
