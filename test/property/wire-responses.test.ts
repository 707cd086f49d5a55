// Whatever an origin sends, we and node's own parser read the same answers, or one of us refuses them for a reason that stands here.
// An answer that ends elsewhere for two readers hands its rest to somebody else.

import t from 'tap'
import { nodeResponses } from '../support/node-parser.ts'
import { compare, extent } from '../support/wire-comparison.ts'
import { madeResponse } from '../support/wire-maker.ts'
import { readResponses } from '../support/wire-reading.ts'

const CASES = 150_000

/** What we refuse and node does not. */
const EXPECTED_STRICTER = {
  'bare-lf': 'node skips any LF before an answer',
  'version-syntax': 'node skips empty lines before an answer; RFC 9112 §2.2 asks it of servers only',
  'version-unsupported': 'node parses 0.9 and 2.0, and leaves the rest to its user',
  status: 'node takes any three digits',
  'reason-octet': 'node takes controls in a reason',
  length: 'node counts up to 2^64, we up to 15 digits',
  'framing-tab': 'node trims tabs beside some values and not beside others',
  coding: 'node reads to the end of the connection when chunked is not last',
  'coding-in-1.0': 'node takes chunks in HTTP/1.0',
  'coding-repeated': 'node joins the lines',
  'coding-unknown': 'node takes any coding before the last one',
  'coding-without-body': 'node drops the coding of 1xx and 204',
  'chunk-extension': 'node takes `;name=` without a value',
  'framing-in-trailers': 'node takes Host there',
  persistent: 'node goes on after `close, keep-alive` in HTTP/1.0, and after a 101 that names no protocol',
}

/** What node refuses and we do not. */
const EXPECTED_LOOSER = {
  persistent: 'node has not heard yet that it was HEAD, and takes the body for one that ends with the connection',
  HPE_CLOSED_CONNECTION: 'node obeys a Connection in trailers; ours are dropped',
}

t.test('we and node read the same answers, or one refuses for a known reason', async (t) => {
  const { cases, seed } = extent(CASES)
  const findings = compare(cases, seed, {
    make: madeResponse,
    follower: 'HTTP/1.1 200 next\r\nContent-Length: 0\r\n\r\n',
    methods: ['GET', 'GET', 'GET', 'GET', 'GET', 'HEAD'],
    read: readResponses,
    nodeRead: nodeResponses,
    lineDifference: (ours, node) => (ours.status !== node.status ? 'status' : null),
    stricter: EXPECTED_STRICTER,
    looser: EXPECTED_LOOSER,
  })
  t.same(findings.unexplained, [])
  t.same(findings.torn, [], 'where the bytes are cut makes no difference')
  t.ok(findings.messages > cases / 4, `${cases} cases from seed ${seed}: ${findings.messages} answers read by both`)
  const expected = [
    ...Object.keys(EXPECTED_STRICTER).map((name) => `stricter ${name}`),
    ...Object.keys(EXPECTED_LOOSER).map((name) => `looser ${name}`),
  ]
  if (cases >= CASES)
    t.same(
      expected.filter((key) => !findings.met.has(key)),
      [],
      'each reason was met',
    )
  t.comment(`${cases} cases, seed ${seed}, ${findings.messages} answers read by both`)
})
