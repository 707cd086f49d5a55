// Accept-Language in one spelling, and the language that fits it best.

/** Ranges that are looked at; browsers send up to some ten. */
const MAX_RANGES = 32
const RANGE = /^(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,7}(?:-\*)?)[ \t]*(?:;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i

interface Range {
  readonly tag: string
  /** 0 to 1. */
  readonly weight: number
}

/**
 * An Accept-Language in the spelling of browsers: `en-US,en;q=0.9`, the most wanted first, equals in the order they came; null when it cannot be
 * read, or names more than 32 ranges. Idempotent.
 * @param lines values of all Accept-Language lines
 * @see RFC 9110 §12.5.4, RFC 5646 §2.1.1 (case)
 */
export function canonicalLanguages(lines: readonly string[]): string | null {
  const ranges = rangesOf(lines)
  if (ranges === null) return null
  return ranges.map(({ tag, weight }) => (weight === 1 ? tag : `${tag};q=${weight}`)).join(',')
}

/**
 * The language, of those there are, that fits an Accept-Language best: each range in turn is shortened until it is one of them, or one of them is a
 * kind of it; the first of them when nothing fits.
 * @param lines values of all Accept-Language lines
 * @param languages one or more, the default first
 * @see RFC 4647 §3.4
 */
export function lookupLanguage(lines: readonly string[], languages: readonly string[]): string {
  const ranges = rangesOf(lines) ?? []
  const refused = new Set(ranges.filter(({ weight }) => weight === 0).map(({ tag }) => tag.toLowerCase()))
  const offered = languages.filter((language) => !refused.has(language.toLowerCase()))
  for (const { tag, weight } of ranges) {
    const found = weight === 0 || tag === '*' ? undefined : fitting(tag.toLowerCase(), offered)
    if (found !== undefined) return found
  }
  return offered[0] ?? languages[0]!
}

function fitting(range: string, offered: readonly string[]): string | undefined {
  for (let tag = range; tag !== ''; tag = shortened(tag)) {
    const exact = offered.find((language) => language.toLowerCase() === tag)
    if (exact !== undefined) return exact
  }
  // Who asks for `de` is better served by `de-CH` than by English (RFC 4647 §3.3.1).
  return offered.find((language) => language.toLowerCase().startsWith(`${range}-`))
}

/** Without its last subtag, and without the single letter that led it (RFC 4647 §3.4). */
function shortened(tag: string): string {
  const parts = tag.split('-').slice(0, -1)
  if (parts.at(-1)?.length === 1) parts.pop()
  return parts.join('-')
}

function rangesOf(lines: readonly string[]): Range[] | null {
  const ranges: Range[] = []
  for (const member of lines.join(',').split(',')) {
    const text = member.trim()
    if (text === '') continue
    const read = RANGE.exec(text)
    if (read === null || ranges.length === MAX_RANGES) return null
    ranges.push({ tag: usualCase(read[1]!), weight: Number(read[2] ?? 1) })
  }
  return ranges.sort((a, b) => b.weight - a.weight)
}

/** `zh-Hant-TW`: small, but scripts begin with a capital and regions are capitals; behind a single letter all is small. */
function usualCase(tag: string): string {
  let special = false
  return tag
    .toLowerCase()
    .split('-')
    .map((part, at) => {
      special ||= part.length === 1 && part !== '*'
      if (at === 0 || special) return part
      if (part.length === 2) return part.toUpperCase()
      return part.length === 4 ? part[0]!.toUpperCase() + part.slice(1) : part
    })
    .join('-')
}
