// Where a key comes from. Hash keys, limit keys and cache keys all name a part of the request in this one notation,
// so that an operator learns it once: `path`, `address`, `header:x-api-key`, `cookie:sid`, `query:id` …

import Type from 'typebox'

/** A part of a request that can serve as a key. */
export type KeySource =
  | { readonly kind: 'path' | 'target' | 'host' | 'address' | 'route' | 'certificate' }
  | { readonly kind: 'header' | 'cookie' | 'query'; readonly name: string }

/** The form of a key source within a longer pattern. */
export const KEY_SOURCE_FORM = '(path|target|host|address|route|certificate|(header|cookie|query):[A-Za-z0-9_.-]{1,64})'
/** The form of a key source as text. */
export const KEY_SOURCE_PATTERN = `^${KEY_SOURCE_FORM}$`

/** The schema of a key source with its default and sentence. */
export const KeySourceText = (options: { default: string; description: string }) =>
  Type.String({
    ...options,
    pattern: KEY_SOURCE_PATTERN,
    description: `${options.description} One of path, target (path and query), host, address, route, certificate (of the client, verified), header:NAME, cookie:NAME, query:NAME.`,
  })

/**
 * Reads a key source that the schema has already accepted.
 * @throws RangeError on a text the schema would refuse: a programming fault
 */
export function parseKeySource(text: string): KeySource {
  if (!new RegExp(KEY_SOURCE_PATTERN).test(text)) throw new RangeError(`not a key source: ${text}`)
  const colon = text.indexOf(':')
  if (colon < 0) return { kind: text as 'path' | 'target' | 'host' | 'address' | 'route' | 'certificate' }
  const kind = text.slice(0, colon) as 'header' | 'cookie' | 'query'
  const name = text.slice(colon + 1)
  // Field names are case-insensitive (RFC 9110 §5.1); cookie and query names are not.
  return { kind, name: kind === 'header' ? name.toLowerCase() : name }
}
