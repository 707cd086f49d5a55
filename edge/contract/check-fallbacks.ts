import type { Problem } from './problem.ts'
import type { Site } from './site.ts'

// RFC 9110 §15.3.5, §15.3.6 and §15.4.5: answers that end with their head.
const WITHOUT_BODY = new Set([204, 205, 304])

/** The problems of a site's fallbacks. */
export function* checkFallbacks(site: Site): Generator<Problem> {
  for (const [id, fallback] of Object.entries(site.fallbacks)) {
    if (fallback.bodyFile !== undefined) {
      const message =
        fallback.body === ''
          ? 'could not be read here; publish the site from its file with the file beside it, or put the content into body'
          : 'must not stand beside body; keep one of them'
      yield { pointer: `/fallbacks/${id}/bodyFile`, message }
    }
    if (!WITHOUT_BODY.has(fallback.status) || fallback.body === '') continue
    yield { pointer: `/fallbacks/${id}/body`, message: `must be empty, because an answer with status ${fallback.status} has no body` }
  }
}
