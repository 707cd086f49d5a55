// Whatever bytes come, we and node's own parser read the same requests, or one of us refuses them for a reason that stands here.
// Where two readers of one connection differ without either refusing, requests can be smuggled.

import t from 'tap'
import type { RequestHead } from '../../edge/wire/message.ts'
import { NODE_METHODS, nodeRequests } from '../support/node-parser.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { compare, extent, neverMet, type Place, type Reasons, tornBy } from '../support/wire-comparison.ts'
import { changed, madeRequest, randomCuts } from '../support/wire-maker.ts'
import { everywhere, readRequests } from '../support/wire-reading.ts'
import { endsOtherwise, headOf, inHead, SHARED_LOOSER, SHARED_STRICTER } from './wire-reasons.ts'

const CASES = 200_000
const TIGHT_CASES = 30_000
const FOLLOWER = 'GET /next HTTP/1.1\r\nHost: next\r\n\r\n'

/** Whether lines before a request are what we part over. */
const beginsWithLineEnd = ({ rest }: Place<RequestHead>) => /^[\r\n]/.test(rest)

/** What we refuse and node does not. */
const STRICTER: Reasons<RequestHead> = {
  ...SHARED_STRICTER,
  'bare-cr': { why: 'node skips any CR before a request', holds: beginsWithLineEnd },
  'bare-lf': {
    why: 'node skips any LF before a request, and takes one behind a request line of HTTP/0.9',
    holds: (place) => beginsWithLineEnd(place) || /^[^ ]+ +[^ \n]*\n/.test(place.rest),
  },
  'empty-line': { why: 'node skips any number of empty lines; RFC 9112 §2.2 asks for one', holds: beginsWithLineEnd },
  'request-line': inHead('node skips further spaces around the target, and takes a line of HTTP/0.9', /^\s*\S+ (?: |[^ \r]* (?: |\r)|\r)/),
  'no-version': inHead('node takes HTTP/0.9', /^\s*\S+ +\S+ *\r\n/),
  'host-missing': {
    why: 'node checks it behind its parser',
    holds: ({ rest }) => !/\r\nHost:/i.test(headOf(rest)),
  },
  'host-repeated': inHead('node takes several', /\r\nHost:[\s\S]*\r\nHost:/i),
  expectation: inHead('node leaves it to its user', /\r\nExpect:(?: *(?!100-continue *\r)|[\s\S]*\r\nExpect:)/i),
  persistent: { why: 'node goes on after `close, keep-alive` in HTTP/1.0, and for Proxy-Connection', holds: endsOtherwise },
}

/** What node refuses and we do not. */
const LOOSER: Reasons<RequestHead> = {
  ...SHARED_LOOSER,
  HPE_INVALID_METHOD: {
    why: 'a method is any token (RFC 9110 §9.1): which ones are served, routes say',
    holds: ({ head }) => head !== null && !NODE_METHODS.includes(head.method),
  },
  HPE_INVALID_URL: {
    why: 'the form of a target is read once, by edge/http/target.ts',
    holds: ({ head }) => head !== null && (head.method === 'CONNECT' || !head.target.startsWith('/')),
  },
}

t.test('we and node read the same requests, or one refuses for a known reason', async (t) => {
  const { cases, seed } = extent(CASES)
  const compared = {
    make: madeRequest,
    follower: FOLLOWER,
    methods: [''],
    read: (bytes: Buffer, _method: string, cuts: readonly number[]) => readRequests(bytes, cuts),
    nodeRead: nodeRequests,
    lineDifference: (ours: RequestHead, node: { readonly method: string; readonly target: string }) =>
      ours.method !== node.method ? 'method' : ours.target !== node.target ? 'target' : null,
    stricter: STRICTER,
    looser: LOOSER,
  }
  const findings = compare(cases, seed, compared)
  t.same(findings.unexplained, [], `WEIR_SEED=${seed}`)
  t.same(findings.torn, [], `where the bytes are cut makes no difference, WEIR_SEED=${seed}`)
  t.equal(findings.cases, cases)
  t.ok(findings.inBytes >= Math.floor(cases / 2), `${findings.inBytes} cases byte by byte`)
  t.ok(findings.messages > cases / 2, `${findings.messages} requests read by both`)
  if (cases >= CASES) t.same(neverMet(findings, compared), [], 'each reason was met')
  t.comment(`${cases} cases, seed ${seed}, ${findings.inBytes} in bytes, ${findings.messages} requests read by both`)
})

t.test('near its limits too, a request is read the same however it is cut', async (t) => {
  const { cases, seed } = extent(TIGHT_CASES)
  const random = new SeededRandom(seed)
  const torn: string[] = []
  const rules = new Set<string | null>()
  for (let i = 0; i < cases && torn.length === 0; i++) {
    const text = changed(madeRequest(random), random) + FOLLOWER
    const bytes = Buffer.from(text, 'latin1')
    const limits = {
      maxHeadBytes: random.integer(20, 300),
      maxTargetBytes: random.integer(1, 22),
      maxFieldBytes: random.integer(5, 80),
      maxFields: random.integer(1, 5),
    }
    const whole = readRequests(bytes, [], limits)
    rules.add(whole.rule)
    const cuts = tornBy(whole, [randomCuts(bytes.length, random), everywhere(bytes.length)], (at) => readRequests(bytes, at, limits))
    if (cuts !== null) torn.push(`cut at ${cuts}, ${JSON.stringify(limits)}: ${JSON.stringify(text)}`)
  }
  t.same(torn, [], `WEIR_SEED=${seed}`)
  t.ok(
    ['target-too-long', 'field-too-large', 'too-many-fields', 'head-too-large', null].every((rule) => rules.has(rule)),
    'each limit was met',
  )
  t.comment(`${cases} cases, seed ${seed}`)
})
