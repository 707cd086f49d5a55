// The labels that answers are purged by. Origins send them in Surrogate-Key (Fastly, Varnish), Cache-Tag (Cloudflare, Akamai) and
// Cache-Groups (RFC 9875). What they send is bounded; an answer with more labels than are kept counts as having every label, so that a
// purge reaches it all the same.

import type { Fields } from '../http/fields.ts'
import { parseList } from '../http/structured-fields-parse.ts'

/** The longest label that is kept, in characters. */
export const MAX_TAG_LENGTH = 1_024
/** The longest list of labels in one field that is read, in characters. */
export const MAX_TAG_FIELD = 16_384
/** The most labels that one answer keeps. */
export const MAX_TAGS = 1_024

/** The label of an answer that has more of them than are kept. No origin can send it: fields have no NUL. */
export const ANY_TAG = '\0any'

/** The label of what a route keeps. */
export function routeTag(route: string): string {
  return `\0route ${route}`
}

/** The label of a group of an origin: groups of one origin are not those of another. @param origin scheme and authority @see RFC 9875 §2 */
export function groupTag(origin: string, group: string): string {
  return `\0group ${origin} ${group}`
}

/** The fields that hold labels, lower-case. */
export const TAG_FIELDS = ['surrogate-key', 'cache-tag', 'cache-groups'] as const

/** Whether an answer has labels. */
export function hasTags(fields: Fields): boolean {
  return fields.has('surrogate-key') || fields.has('cache-tag') || fields.has('cache-groups')
}

/** The labels of an answer, each once. @param origin scheme and authority that it was asked for under */
export function tagsOf(fields: Fields, origin: string): readonly string[] {
  const tags = new Set<string>()
  let whole = true
  const take = (tag: string) => {
    if (tag.length > MAX_TAG_LENGTH || tags.size >= MAX_TAGS) whole = false
    else tags.add(tag)
  }
  for (const tag of split(fields, 'surrogate-key', /[ \t,]+/)) take(tag)
  for (const tag of split(fields, 'cache-tag', /[ \t]*,[ \t]*/)) take(tag)
  for (const group of groupsOf(fields, 'cache-groups') ?? []) {
    take(group)
    take(groupTag(origin, group))
  }
  whole &&= TAG_FIELDS.every((name) => lengthOf(fields, name) <= MAX_TAG_FIELD)
  return whole ? [...tags] : [...tags, ANY_TAG]
}

/**
 * The groups in a field: a list of strings, whose parameters mean nothing.
 * @returns null when it is no such list, and then it says nothing
 * @see RFC 9875 §2, §3
 */
export function groupsOf(fields: Fields, name: 'cache-groups' | 'cache-group-invalidation'): readonly string[] | null {
  const text = fields.getAll(name).join(', ')
  if (text === '' || text.length > MAX_TAG_FIELD) return null
  const members = parseList(text)
  if (members === null) return null
  const groups: string[] = []
  for (const member of members) {
    if (member.kind !== 'item' || member.value.type !== 'string') return null
    groups.push(member.value.value)
  }
  return groups
}

function split(fields: Fields, name: string, by: RegExp): readonly string[] {
  const text = fields.getAll(name).join(name === 'cache-tag' ? ',' : ' ')
  if (text === '' || text.length > MAX_TAG_FIELD) return []
  return text.split(by).filter((tag) => tag !== '')
}

function lengthOf(fields: Fields, name: string): number {
  return fields.getAll(name).reduce((sum, line) => sum + line.length + 2, -2)
}
