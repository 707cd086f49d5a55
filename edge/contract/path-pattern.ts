// The grammar of a route's path beyond what its regular expression can say: segments, names in braces, the star at the end.

import { quoted } from './sentences.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/

/** What is wrong with a route's path that its pattern accepted, or null. Paths are compared in canonical form (RFC 3986 §6.2.2). */
export function pathPatternFault(path: string): string | null {
  const names = new Set<string>()
  const segments = path.split('/').slice(1)
  for (const [index, segment] of segments.entries()) {
    const fault = segmentFault(segment, index === segments.length - 1 ? 'last' : 'inner')
    if (fault !== null) return fault
    if (!segment.startsWith('{')) continue
    if (names.has(segment)) return `the name ${quoted(segment)} stands twice; give each segment a name of its own`
    names.add(segment)
  }
  return null
}

function segmentFault(segment: string, place: 'inner' | 'last'): string | null {
  if (segment.includes('*') && (segment !== '*' || place !== 'last')) return 'a * must be the whole last segment, as in /product/*'
  if (/[{}]/.test(segment)) return nameFault(segment)
  // Dot segments are gone from every request before routes are looked at, so such a route would never match.
  if (/^(\.|%2e){1,2}$/i.test(segment)) return `the segment ${quoted(segment)} never reaches a route; leave it out`
  if (/[^\x21-\x7e]/.test(segment))
    return `write ${quoted(encoded(segment))} for ${quoted(segment)}: a path is ASCII, the rest is percent-encoded`
  return /%(?![0-9A-Fa-f]{2})/.test(segment) ? 'a % must be followed by two hexadecimal digits; write %25 for % itself' : null
}

function nameFault(segment: string): string | null {
  const inside = segment.slice(1, -1)
  if (!segment.startsWith('{') || !segment.endsWith('}') || /[{}]/.test(inside)) {
    return `the segment ${quoted(segment)} must be one name in braces and nothing else, as in /user/{id}/orders`
  }
  if (inside === '') return 'the braces {} must hold a name, as in {id}'
  return NAME.test(inside) ? null : `the name in ${quoted(segment)} must be letters, digits and "_", at most 64, and begin with no digit`
}

// A lone surrogate has no encoding; JSON text can carry one.
function encoded(segment: string): string {
  return encodeURI(segment.toWellFormed())
}
