// Bodies where a reader may expect none, or none where it may expect one (CL.0 and 0.CL), and the games that can be played with Expect.
// A body is announced by its framing alone, whatever the method (RFC 9112 §6).

import {
  chunked,
  declined,
  type Family,
  message,
  one,
  orRefused,
  post,
  refused,
  SEEN_GET,
  SMUGGLED,
  seenPost,
  type WireCase,
} from './wire-case.ts'

const METHODS: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'DELETE', 'PUT', 'PATCH', 'POST']

const withMethod = (method: string, fields: readonly string[], body = '') =>
  message([`${method} /body HTTP/1.1`, 'Host: a', ...fields], body)
const seen = (method: string, body: string) => ({ method, target: '/body', body })

function withLength(method: string): WireCase {
  const bytes = withMethod(method, [`Content-Length: ${SMUGGLED.length}`], SMUGGLED)
  return { ...one(`${method} with a length`, bytes, seen(method, SMUGGLED)), methods: [method] }
}

function withChunks(method: string): WireCase {
  const bytes = withMethod(method, ['Transfer-Encoding: chunked'], chunked(SMUGGLED))
  return { ...one(`${method} with chunks`, bytes, seen(method, SMUGGLED)), methods: [method] }
}

function withNothing(method: string): WireCase {
  return { ...one(`${method} with a length of zero`, withMethod(method, ['Content-Length: 0']), seen(method, '')), methods: [method] }
}

function withNoChunk(method: string): WireCase {
  const bytes = withMethod(method, ['Transfer-Encoding: chunked'], '0\r\n\r\n')
  return { ...one(`${method} with the last chunk alone`, bytes, seen(method, '')), methods: [method] }
}

const LENGTH = `Content-Length: ${SMUGGLED.length}`
const withoutExpect = (body: string) => ({ ...seenPost(body), without: ['expect'] })

/** Expectations that a server may meet, ignore, or refuse with 417 (RFC 9110 §10.1.1); never pass on unmet. */
const EXPECTATIONS: readonly string[] = [
  ...['Expect: 200-ok', 'Expect: 100-continue, x', 'Expect: x, 100-continue', 'Expect: y 100-continue', 'Expect: 100-continue;q=1'],
  ...['Expect: "100-continue"', 'Expect: 100-continuex', 'Expect:', 'Expect: 100', 'Expect: 100-continue\r\nExpect: 100-continue'],
  ...['Expect: 100-continue\r\nExpect: x', 'Expect: x\r\nExpect: 100-continue', 'Expect_: 100-continue', 'X-Expect: 100-continue'],
]

/** Bodies where none is expected, and Expect. */
export const bodies: readonly Family[] = [
  { family: 'CL.0: a body whatever the method', cases: METHODS.map(withLength) },
  { family: 'TE.0: a chunked body whatever the method', cases: METHODS.map(withChunks) },
  { family: '0.CL: a body of nothing', cases: [...METHODS.map(withNothing), ...METHODS.map(withNoChunk)] },
  {
    family: 'a body that TRACE may not have',
    cases: [
      { ...orRefused(one('with a length', withMethod('TRACE', [LENGTH], SMUGGLED), seen('TRACE', SMUGGLED))), methods: ['TRACE'] },
      orRefused(one('with chunks', withMethod('TRACE', ['Transfer-Encoding: chunked'], chunked(SMUGGLED)), seen('TRACE', SMUGGLED))),
    ],
  },
  {
    family: 'Expect with its body sent at once',
    cases: [
      one('100-continue', post(['Expect: 100-continue', LENGTH], SMUGGLED), withoutExpect(SMUGGLED)),
      one('100-Continue', post(['Expect: 100-Continue', LENGTH], SMUGGLED), withoutExpect(SMUGGLED)),
      one(
        '100-continue and chunks',
        post(['Expect: 100-continue', 'Transfer-Encoding: chunked'], chunked(SMUGGLED)),
        withoutExpect(SMUGGLED),
      ),
      one('100-continue on a GET with a body', withMethod('GET', ['Expect: 100-continue', LENGTH], SMUGGLED), seen('GET', SMUGGLED)),
      one('100-continue without a body', post(['Expect: 100-continue']), withoutExpect('')),
      one('100-continue with a length of zero', post(['Expect: 100-continue', 'Content-Length: 0']), withoutExpect('')),
      one('100-continue on a GET without a body', message(['GET /get HTTP/1.1', 'Host: a', 'Expect: 100-continue']), SEEN_GET),
      {
        ...one('100-continue on a HEAD', withMethod('HEAD', ['Expect: 100-continue']), seen('HEAD', '')),
        methods: ['HEAD'],
      },
      one(
        '100-continue from HTTP/1.0, which is ignored',
        message(['POST /post HTTP/1.0', 'Host: a', 'Expect: 100-continue', LENGTH], SMUGGLED),
        withoutExpect(SMUGGLED),
      ),
      ...EXPECTATIONS.map((line) => orRefused(one(line, post([line, LENGTH], SMUGGLED), withoutExpect(SMUGGLED)))),
      refused('a length hidden behind a folded Expect', post(['Expect: 100-continue\r\n x', LENGTH], SMUGGLED), [400]),
      refused('a space before its colon', post(['Expect : 100-continue', LENGTH], SMUGGLED), [400]),
    ].map((wireCase) => (wireCase.statuses === undefined ? { ...wireCase, statuses: [400, 417, 501] } : wireCase)),
  },
  {
    family: 'a method in place of another',
    cases: [
      ...['X-HTTP-Method-Override: DELETE', 'X-HTTP-Method: DELETE', 'X-Method-Override: DELETE', 'X-Original-Method: DELETE'].map((line) =>
        one(line, message(['GET /get HTTP/1.1', 'Host: a', line]), SEEN_GET),
      ),
      one('_method in a query', message(['POST /post?_method=DELETE HTTP/1.1', 'Host: a']), {
        method: 'POST',
        target: '/post?_method=DELETE',
      }),
      declined('a lower-case method', message(['get /get HTTP/1.1', 'Host: a']), [400, 405, 501]),
    ].map((wireCase) => (wireCase.name === 'a lower-case method' ? lowerCase(wireCase) : wireCase)),
  },
]

// Methods are case-sensitive (RFC 9110 §9.1): to an origin `get` is some method of its own, or none.
function lowerCase(wireCase: WireCase): WireCase {
  return { ...wireCase, allowed: [...wireCase.allowed, 'one'], sees: [{ method: 'get', target: '/get' }] }
}
