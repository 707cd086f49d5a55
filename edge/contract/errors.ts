// The error table: every fault that an exchange or a process can end with. The status, the retry rule and the sentence
// for clients stand here once; docs/errors.md is held against this table by a test. Codes are never reused.

/** Where a fault comes from. */
export type ErrorSource = 'client' | 'edge' | 'upstream' | 'store' | 'config'
/** Whether the same request may be sent to another peer after this fault (RFC 9110 §9.2.2). */
export type RetryRule = 'always' | 'if-idempotent' | 'never'

/** One row of the error table. */
export interface ErrorRow {
  /** The status that the client gets. */
  readonly status: number
  readonly source: ErrorSource
  readonly retry: RetryRule
  /** What the client reads. Says nothing of the inside. */
  readonly sentence: string
}

const row = (status: number, source: ErrorSource, retry: RetryRule, sentence: string): ErrorRow => ({ status, source, retry, sentence })

/** All faults by code. */
export const ERRORS = {
  BAD_TARGET: row(400, 'client', 'never', 'The request target is not valid.'),
  BAD_HOST: row(400, 'client', 'never', 'The Host field is missing, repeated or not valid.'),
  BAD_MESSAGE: row(400, 'client', 'never', 'The request is not valid HTTP.'),
  BAD_LOOP_FIELD: row(400, 'client', 'never', 'The CDN-Loop field cannot be read.'),
  PURGE_FORBIDDEN: row(403, 'client', 'never', 'This address may not purge.'),
  NO_ROUTE: row(404, 'client', 'never', 'Nothing here answers this host and path.'),
  METHOD_NOT_ALLOWED: row(405, 'client', 'never', 'This method is not taken here.'),
  REQUEST_TIMEOUT: row(408, 'client', 'never', 'The request took too long to arrive.'),
  BODY_TOO_LARGE: row(413, 'client', 'never', 'The request body is too large.'),
  TARGET_TOO_LONG: row(414, 'client', 'never', 'The request target is too long.'),
  RATE_LIMITED: row(429, 'client', 'never', 'Too many requests. Try again later.'),
  FIELDS_TOO_LARGE: row(431, 'client', 'never', 'The request fields are too large or too many.'),
  CLIENT_GONE: row(499, 'client', 'never', 'The client went away.'),
  INTERNAL: row(500, 'edge', 'never', 'Something went wrong here.'),
  CODING_UNSUPPORTED: row(501, 'client', 'never', 'This transfer coding is not supported.'),
  METHOD_UNSUPPORTED: row(501, 'client', 'never', 'This method is not supported.'),
  OVERLOADED: row(503, 'edge', 'never', 'This site has too much to do for the moment. Try again shortly.'),
  CLOSED: row(503, 'edge', 'never', 'This part of the site is closed for the moment.'),
  CACHE_ONLY_MISS: row(503, 'edge', 'never', 'This page is not available for the moment.'),
  ONLY_IF_CACHED: row(504, 'client', 'never', 'There is no stored answer to this request.'),
  VERSION_UNSUPPORTED: row(505, 'client', 'never', 'This version of HTTP is not supported.'),
  LOOP: row(508, 'edge', 'never', 'The request came back to where it had been.'),
  NO_PEER: row(503, 'upstream', 'never', 'No origin can answer for the moment.'),
  POOL_OPEN: row(503, 'upstream', 'never', 'This part of the site is recovering. Try again shortly.'),
  POOL_BUSY: row(503, 'upstream', 'never', 'This part of the site has too much to do. Try again shortly.'),
  UPSTREAM_BUSY: row(503, 'upstream', 'always', 'The origin has too much to do. Try again shortly.'),
  UPSTREAM_CONNECT: row(503, 'upstream', 'always', 'The origin could not be reached.'),
  UPSTREAM_CONNECT_TIMEOUT: row(504, 'upstream', 'always', 'The origin could not be reached in time.'),
  UPSTREAM_RESET: row(502, 'upstream', 'if-idempotent', 'The origin closed the connection before it answered.'),
  UPSTREAM_TIMEOUT: row(504, 'upstream', 'if-idempotent', 'The origin did not answer in time.'),
  UPSTREAM_INVALID: row(502, 'upstream', 'if-idempotent', 'The origin sent an answer that is not valid.'),
  UPSTREAM_CUT: row(502, 'upstream', 'never', 'The origin broke off in the middle of its answer.'),
  FILL_FAILED: row(503, 'upstream', 'never', 'The origin could not give this page. Try again shortly.'),
  L2_DOWN: row(500, 'store', 'never', 'The shared cache did not answer.'),
  CONFIG_UNREADABLE: row(500, 'config', 'never', 'A configuration could not be read.'),
  CONFIG_INVALID: row(422, 'config', 'never', 'A configuration is not valid.'),
  LISTEN_FAILED: row(500, 'config', 'never', 'An address could not be listened on.'),
  STATE_UNWRITABLE: row(500, 'config', 'never', 'The state folder could not be written.'),
} as const satisfies Readonly<Record<string, ErrorRow>>

/** The code of a fault. */
export type ErrorCode = keyof typeof ERRORS
