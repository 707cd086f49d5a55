/** How a site wants request targets read. */
export interface TargetRules {
  /** `merge`: several slashes in a row count as one; `keep`: empty segments mean something. */
  readonly mergeSlashes: 'merge' | 'keep'
  /** Whether `%2F` and `%5C` may stand in a path; they are never decoded. */
  readonly encodedSlash: 'keep' | 'refuse'
  /** Longest target taken, in bytes. */
  readonly maxBytes: number
}

/** Why a target is refused. `too-long` is a 414, everything else a 400 (RFC 9112 §3). */
export type TargetFault =
  | 'empty'
  | 'too-long'
  | 'space'
  | 'control-byte'
  | 'non-ascii'
  | 'fragment'
  | 'backslash'
  | 'bad-percent'
  | 'encoded-nul'
  | 'encoded-slash'
  | 'dot-parameters'
  | 'unknown-form'
  | 'bad-authority'

const SLASH = 0x2f
const DOT = 0x2e
const PERCENT = 0x25
const SEMICOLON = 0x3b

/** One scan of a path: the first fault, or whether it is canonical already or has to be rewritten. */
export function pathState(path: string, rules: TargetRules): 'canonical' | 'rewrite' | TargetFault {
  let state: 'canonical' | 'rewrite' = 'canonical'
  let previous = 0
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i)
    if (code === PERCENT) {
      const triplet = tripletState(path, i, rules)
      if (triplet === 'rewrite') state = 'rewrite'
      else if (triplet !== 'canonical') return triplet
      i += 2
    } else if (code === SLASH || code === DOT) {
      if (previous === SLASH && (code === DOT ? opensDotSegment(path, i + 1) : rules.mergeSlashes === 'merge')) state = 'rewrite'
    } else {
      const fault = code === 0x5c ? 'backslash' : byteFault(code)
      if (fault !== null) return fault
    }
    previous = code
  }
  return state
}

/** Whether the dot before `at` makes, or could make once decoded, a segment of dots: `.`, `..`, `..;x`, `.%2E`; but not `.well-known` or `..x`. */
function opensDotSegment(path: string, at: number): boolean {
  const end = path.charCodeAt(at) === DOT ? at + 1 : at
  if (end === path.length) return true
  const code = path.charCodeAt(end)
  return code === SLASH || code === PERCENT || code === SEMICOLON
}

function tripletState(path: string, at: number, rules: TargetRules): 'canonical' | 'rewrite' | TargetFault {
  const high = hexDigit(path.charCodeAt(at + 1))
  const low = hexDigit(path.charCodeAt(at + 2))
  // Past the end charCodeAt gives NaN, which is no digit either.
  if (high < 0 || low < 0) return 'bad-percent'
  const code = high * 16 + low
  if (code === 0) return 'encoded-nul'
  if ((code === SLASH || code === 0x5c) && rules.encodedSlash === 'refuse') return 'encoded-slash'
  const upper = path.charCodeAt(at + 1) < 0x61 && path.charCodeAt(at + 2) < 0x61
  return upper && !isUnreserved(code) ? 'canonical' : 'rewrite'
}

/** The canonical spelling of a path that `pathState` found no fault in; null when it has a dot segment with parameters. */
export function rewritePath(path: string, rules: TargetRules): string | null {
  const decoded = path.includes('%') ? path.replace(/%[0-9A-Fa-f]{2}/g, canonicalTriplet) : path
  // Slashes first: `/a//../b` is then `/b` for us as for nginx, and removing dots cannot make new pairs.
  return removeDotSegments(rules.mergeSlashes === 'merge' ? decoded.replace(/\/{2,}/g, '/') : decoded)
}

function canonicalTriplet(triplet: string): string {
  const code = Number.parseInt(triplet.slice(1), 16)
  return isUnreserved(code) ? String.fromCharCode(code) : triplet.toUpperCase()
}

/** RFC 3986 §5.2.4; null for `..;x`, which servers with path parameters read as `..` and we would not. */
function removeDotSegments(path: string): string | null {
  const kept: string[] = []
  const segments = path.split('/')
  for (let i = 1; i < segments.length; i++) {
    const segment = segments[i]!
    if (segment.startsWith('.;') || segment.startsWith('..;')) return null
    const dots = segment === '.' || segment === '..'
    if (segment === '..') kept.pop()
    if (!dots) kept.push(segment)
    else if (i === segments.length - 1) kept.push('')
  }
  return `/${kept.join('/')}`
}

/** The first byte that may stand nowhere in a target: space, control, non-ASCII, `#`; null when there is none. */
export function byteFaults(text: string): TargetFault | null {
  for (let i = 0; i < text.length; i++) {
    const fault = byteFault(text.charCodeAt(i))
    if (fault !== null) return fault
  }
  return null
}

function byteFault(code: number): TargetFault | null {
  if (code > 0x20 && code < 0x7f && code !== 0x23) return null
  if (code === 0x20) return 'space'
  if (code === 0x23) return 'fragment'
  return code > 0x7f ? 'non-ascii' : 'control-byte'
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

// Letters, digits and `-._~` (RFC 3986 §2.3).
function isUnreserved(code: number): boolean {
  if (code >= 0x30 && code <= 0x39) return true
  const lower = code | 0x20
  if (lower >= 0x61 && lower <= 0x7a) return code >= 0x41
  return code === 0x2d || code === DOT || code === 0x5f || code === 0x7e
}
