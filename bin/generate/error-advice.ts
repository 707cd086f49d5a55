import type { ErrorCode } from '../../edge/contract/errors.ts'

/** By code: when it happens, and what the person who runs the edge can do. Every code has its words here. */
export const ERROR_ADVICE: Readonly<Record<ErrorCode, string>> = {
  BAD_TARGET:
    'The path or query cannot be brought into canonical form: bad percent-encoding, a NUL, or an encoded slash where the site refuses these (`normalise.encodedSlash`). Mostly scanners.',
  BAD_HOST:
    'Host is missing, stands twice, holds more than a host and a port, or differs from the target. Mostly scanners, or a health check that sends no Host.',
  BAD_MESSAGE:
    'What arrived is not HTTP as RFC 9112 has it. The connection is closed, because nobody can say where the next request would begin.',
  BAD_LOOP_FIELD: 'CDN-Loop is not a list as RFC 8586 has it, so a loop could not be told from none. Look at the proxy in front.',
  PURGE_FORBIDDEN:
    'A PURGE request from an address that is not in `purge.from` of the site. Behind a balancer, `clients.trustedProxies` decides whose address counts.',
  NO_ROUTE: 'No route takes this host and path. `weir explain URL` shows which routes come close.',
  METHOD_NOT_ALLOWED: 'Routes take this host and path, but not this method; Allow in the answer lists those they take.',
  REQUEST_TIMEOUT:
    'The head took longer than `headTimeoutMs`, or the body fell silent for `bodyTimeoutMs`. Many at once from few addresses: a slow-request attack.',
  BODY_TOO_LARGE: 'The body is longer than `maxBodyBytes` of the route. The connection is closed rather than reading the rest.',
  TARGET_TOO_LONG: 'Path and query are longer than `normalise.maxTargetBytes`.',
  RATE_LIMITED: 'A limit of the route said no. Retry-After and RateLimit say when and how much; `weir limit` raises it for a while.',
  FIELDS_TOO_LARGE: 'The head is longer than `maxHeadBytes` or has more than `maxFields` fields. Often cookies that only ever grow.',
  CLIENT_GONE:
    'The client closed its connection before its answer was whole. Nobody reads the status; it stands in the log. Many of them: answers are too slow.',
  INTERNAL: 'A fault in Weir itself. The log line has its cause; please report it.',
  CODING_UNSUPPORTED:
    'The request body comes in a transfer coding other than chunked (RFC 9112 §6.1). No browser sends that; a tool or a probe does.',
  VERSION_UNSUPPORTED: 'The request names another version than HTTP/1.0 and HTTP/1.1.',
  METHOD_UNSUPPORTED: 'A method that no proxy of this kind can carry, such as CONNECT.',
  OVERLOADED:
    'A worker has more to do than it can (`weir_pressure` says how much, its log why): crawlers are shed first, then routes of low priority. Add edges, or raise `overload` in the bootstrap if the machine has room.',
  CLOSED: 'The route is closed by a switch or by its own plan for crawlers. `weir degrade` shows who set it, why, and until when.',
  CACHE_ONLY_MISS:
    'The route answers from the cache alone for the moment, and the cache has no answer to this request; a fallback of the route would be sent instead.',
  ONLY_IF_CACHED: 'The request says only-if-cached (RFC 9111 §5.2.1.7) and there is no stored answer.',
  LOOP: 'The request has been at this edge before: CDN-Loop or Via names it. A pool points, directly or not, at the edge itself.',
  NO_PEER: 'The pool has no peer: none is listed, or discovery has found none. The route’s fallback is sent if it has one.',
  POOL_OPEN:
    'The circuit breaker of the pool, or of the route at this pool, is open: too many requests failed or were slow. `weir troubles` shows why and when it is tried again; Retry-After says it to the client.',
  POOL_BUSY:
    'The bulkhead of the pool has all it may have in flight, and the queue is full, the wait would have been too long, or it was: `reason` in the log says which, `weir_pool_refusals_total` how often. The pool is too slow for the traffic, or `bulkhead` too narrow.',
  UPSTREAM_BUSY:
    'Every connection to the peer is in use and `maxQueued` requests wait. The peer is too slow for the traffic, or `maxConnections` too small.',
  UPSTREAM_CONNECT: 'The peer refused the connection, or could not be reached at all. It counts towards ejection.',
  UPSTREAM_CONNECT_TIMEOUT: 'No connection within `connectTimeoutMs`. It counts towards ejection.',
  UPSTREAM_RESET:
    'The peer closed the connection before the head of its answer. Once in a while this is a kept connection that the peer gave up: keep `keepAliveMs` below the peer’s own.',
  UPSTREAM_TIMEOUT:
    'No head of an answer within `firstByteTimeoutMs`, or all tries together took longer than `totalTimeoutMs`, or `timeoutMs` of the route. It counts towards ejection.',
  UPSTREAM_INVALID: 'The peer’s answer is not valid HTTP. Nothing of it was passed on. It counts towards ejection.',
  UPSTREAM_CUT:
    'The peer broke off, or was silent for `idleTimeoutMs`, after its answer had begun. The client’s connection is cut too, so that it cannot take the part for the whole; nothing is stored.',
  FILL_FAILED:
    'The request waited for another one to fetch the page; that failed or took too long, and so did the one new try that all who waited made together. Nothing stale could stand in, and the route has no fallback. The line `origin-failed` or `fault` of those two fetches says why.',
  L2_DOWN:
    'Redis did not answer within `lookupTimeoutMs`, or its breaker is open. The edge goes on with memory and origins; no request fails by it.',
  CONFIG_UNREADABLE: 'A file does not exist or may not be read. The running configuration stays.',
  CONFIG_INVALID:
    'A document was refused; every problem is listed with its JSON Pointer. The running configuration stays. `weir check FILE` lists the same beforehand.',
  LISTEN_FAILED:
    'An address could not be listened on: taken by another process, not an address of this machine, or a port that needs more rights.',
  STATE_UNWRITABLE:
    'The state folder (`stateDir`) cannot be written. An edge goes on, but after a restart without the control plane it has no last-good copy.',
}
