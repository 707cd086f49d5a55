// How a route reads what origins and clients say of caching: the parts of RFC 9111 that a cache may take more or less strictly.

import Type from 'typebox'
import { FIELD_NAME_PATTERN } from './identifiers.ts'
import { DAY_MS, DurationMs } from './units.ts'

/** Settings of a cache rule about what answers and requests mean. */
export const CacheReading = {
  heuristicRatio: Type.Number({
    minimum: 0,
    maximum: 1,
    default: 0,
    description:
      'Freshness of an answer that has Last-Modified and no lifetime, as a part of the time since then (RFC 9111 §4.2.2 names 0.1); 0 guesses nothing.',
  }),
  heuristicMaxMs: DurationMs({
    minimum: 0,
    maximum: 365 * DAY_MS,
    default: DAY_MS,
    description: 'The longest freshness that is guessed from Last-Modified.',
  }),
  statuses: Type.Union([Type.Literal('careful'), Type.Literal('standard')], {
    default: 'careful',
    description:
      'Which statuses are kept: careful keeps 200 203 204 301 308 404 410, which nobody can provoke for others; standard keeps all that RFC 9111 allows, errors too when their origin gives them a lifetime.',
  }),
  requestDirectives: Type.Union([Type.Literal('obey'), Type.Literal('ignore')], {
    default: 'obey',
    description:
      'Whether Cache-Control and Pragma of requests are obeyed (RFC 9111 §5.2.1); ignore keeps clients from forcing requests on the origin. no-store and only-if-cached always count.',
  }),
  targetedFields: Type.Array(Type.String({ pattern: FIELD_NAME_PATTERN }), {
    default: ['Weir-Cache-Control', 'CDN-Cache-Control'],
    maxItems: 8,
    description:
      'Fields by which origins speak to this cache alone, the first valid one before Cache-Control and Expires (RFC 9213). Surrogate-Control may be named too and is read as surrogates do.',
  }),
  refreshesAtOnce: Type.Integer({
    minimum: 0,
    maximum: 10_000,
    default: 64,
    description:
      'Answers of this route that one worker refreshes at once behind a stale answer (stale-while-revalidate); beyond it the request waits for the origin. 0 turns that off.',
  }),
}
