// Conditional writes (RFC 9110 §13.1.1): who writes says which state they have seen, so that nobody overwrites what they never saw.

/** What an If-Match field says about the tags that stand. */
export type IfMatch = 'missing' | 'stale' | 'matches'

/** Holds an If-Match field against the tag that stands. Tags are strong, and `*` means whatever stands now. */
export function ifMatch(field: string | undefined, standing: string): IfMatch {
  if (field === undefined || field.trim() === '') return 'missing'
  const wanted = field.split(',').map((tag) => tag.trim())
  return wanted.includes('*') || wanted.includes(standing) ? 'matches' : 'stale'
}
