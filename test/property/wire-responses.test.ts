// Whatever an origin sends, we and node's own parser read the same answers, or one of us refuses them for a reason that stands here.
// An answer that ends elsewhere for two readers hands its rest to somebody else.

import t from 'tap'
import type { ResponseHead } from '../../edge/wire/message.ts'
import { nodeResponses } from '../support/node-parser.ts'
import { compare, extent, neverMet, type Reasons } from '../support/wire-comparison.ts'
import { madeResponse } from '../support/wire-maker.ts'
import { readResponses } from '../support/wire-reading.ts'
import { endsOtherwise, hasTrailer, inHead, SHARED_LOOSER, SHARED_STRICTER } from './wire-reasons.ts'

const CASES = 200_000

/** What we refuse and node does not. */
const STRICTER: Reasons<ResponseHead> = {
  ...SHARED_STRICTER,
  'bare-lf': inHead('node skips any LF before an answer', /^[\r\n]/),
  'version-syntax': inHead('node skips empty lines before an answer; RFC 9112 §2.2 asks it of servers only', /^[\r\n]/),
  status: inHead('node takes any three digits', /^HTTP\/1\.[01] (?:0|[6-9])/),
  'reason-octet': inHead('node takes controls in a reason', /^[^\r\n]*[\x00-\x08\x0b-\x1f\x7f]/),
  'framing-in-trailers': {
    why: 'node takes Host and Transfer-Encoding there',
    holds: ({ rest }) => hasTrailer('(?:Host|Transfer-Encoding)', rest),
  },
  'length-without-body': inHead('node reads no body behind 100 to 103, and one behind 104 to 199', /^HTTP\/1\.[01] 1/),
  'coding-without-body': inHead('node drops the coding of 1xx and 204', /^HTTP\/1\.[01] (?:1|204)/),
  persistent: {
    why: 'node goes on after `close, keep-alive` in HTTP/1.0, for Proxy-Connection, and after a 101 that names no protocol',
    holds: (place) => place.head?.status === 101 || endsOtherwise(place),
  },
}

/** What node refuses and we do not. */
const LOOSER: Reasons<ResponseHead> = {
  ...SHARED_LOOSER,
  persistent: {
    why: 'node obeys Proxy-Connection; and has not heard yet that it was HEAD, and takes the body for one that ends with the connection',
    holds: ({ method, rest }) => method === 'HEAD' || /\r\nProxy-Connection:/i.test(rest),
  },
}

t.test('we and node read the same answers, or one refuses for a known reason', async (t) => {
  const { cases, seed } = extent(CASES)
  const compared = {
    make: madeResponse,
    follower: 'HTTP/1.1 200 next\r\nContent-Length: 0\r\n\r\n',
    methods: ['GET', 'GET', 'GET', 'GET', 'GET', 'HEAD'],
    read: readResponses,
    nodeRead: nodeResponses,
    lineDifference: (ours: ResponseHead, node: { readonly status: number }) => (ours.status !== node.status ? 'status' : null),
    stricter: STRICTER,
    looser: LOOSER,
  }
  const findings = compare(cases, seed, compared)
  t.same(findings.unexplained, [], `WEIR_SEED=${seed}`)
  t.same(findings.torn, [], `where the bytes are cut makes no difference, WEIR_SEED=${seed}`)
  t.equal(findings.cases, cases)
  t.ok(findings.inBytes >= Math.floor(cases / 2), `${findings.inBytes} cases byte by byte`)
  t.ok(findings.messages > cases / 4, `${findings.messages} answers read by both`)
  if (cases >= CASES) t.same(neverMet(findings, compared), [], 'each reason was met')
  t.comment(`${cases} cases, seed ${seed}, ${findings.inBytes} in bytes, ${findings.messages} answers read by both`)
})
