/** An entity tag. @see RFC 9110 §8.8.3 */
export interface EntityTag {
  readonly weak: boolean
  /** Text between the quotes; has no meaning but to be equal or not. */
  readonly opaque: string
}

/** Tags of a list that are looked at. A page has a handful of variants; tags beyond this are ignored, which costs a full answer. */
export const MAX_ENTITY_TAGS = 256

// Sticky, so that a list is read in one pass. Within the quotes: anything but controls, space, DEL and the quote itself; commas too.
const TAG = /(W\/)?"([!#-~\x80-\xff]*)"/y
const BLANKS_AND_COMMAS = /[ \t,]*/y
const SEPARATOR = /[ \t]*(?:,[ \t,]*|$)/y

/** The entity tag of an ETag field, or null when it is not one. */
export function parseEntityTag(value: string): EntityTag | null {
  TAG.lastIndex = 0
  const match = TAG.exec(value)
  return match === null || TAG.lastIndex !== value.length ? null : { weak: match[1] !== undefined, opaque: match[2]! }
}

/**
 * The entity tag of an ETag field as a cache takes it: one that is written wrongly is a weak one of its bare text, so that it still can be
 * sent back to its origin, and be compared with what the origin's clients hold. It never matches strongly. Null for an empty field.
 */
export function looseEntityTag(value: string): EntityTag | null {
  const tag = parseEntityTag(value)
  if (tag !== null || value === '') return tag
  return { weak: true, opaque: value.replace(/^"|"$/g, '') }
}

/** The tags of an If-None-Match field that `parseEntityTags` does not take, each as `looseEntityTag` does. */
export function looseEntityTags(value: string): readonly EntityTag[] {
  const members = value.split(',', MAX_ENTITY_TAGS).map((member) => looseEntityTag(member.trim()))
  return members.filter((tag) => tag !== null)
}

/**
 * The tags of an If-Match or If-None-Match field, `*` for any, or null when it is malformed.
 * @param value all lines joined by `, `; tags after the first 256 are ignored
 * @see RFC 9110 §13.1.1, §13.1.2
 */
export function parseEntityTags(value: string): readonly EntityTag[] | '*' | null {
  if (value.trim() === '*') return '*'
  const tags: EntityTag[] = []
  let at = endOf(BLANKS_AND_COMMAS, value, 0)
  while (at < value.length && tags.length < MAX_ENTITY_TAGS) {
    TAG.lastIndex = at
    const match = TAG.exec(value)
    if (match === null) return null
    tags.push({ weak: match[1] !== undefined, opaque: match[2]! })
    at = endOf(SEPARATOR, value, TAG.lastIndex)
    if (at < 0) return null
  }
  return tags.length === 0 ? null : tags
}

/** The field of a weak tag that says the same (RFC 9110 §8.8.1). @param value an ETag field */
export function weakened(value: string): string {
  return value.startsWith('W/') ? value : `W/${value}`
}

/** Whether both are strong and equal: byte for byte the same content (RFC 9110 §8.8.3.2). */
export function strongMatch(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque
}

/** Whether both are equal, weak or not: content that may stand for each other (RFC 9110 §8.8.3.2). */
export function weakMatch(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : -1
}
