// Whatever bytes come, we and node's own parser read the same requests, or one of us refuses them for a reason that stands here.
// Where two readers of one connection differ without either refusing, requests can be smuggled.

import t from 'tap'
import { nodeRequests } from '../support/node-parser.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { compare, extent, isTorn } from '../support/wire-comparison.ts'
import { changed, madeRequest, randomCuts } from '../support/wire-maker.ts'
import { everywhere, readRequests } from '../support/wire-reading.ts'

const CASES = 200_000
const TIGHT_CASES = 30_000
const FOLLOWER = 'GET /next HTTP/1.1\r\nHost: next\r\n\r\n'

/** What we refuse and node does not. */
const EXPECTED_STRICTER = {
  'bare-cr': 'node skips any CR before a request',
  'bare-lf': 'node skips any LF before a request',
  'empty-line': 'node skips any number of empty lines; RFC 9112 §2.2 asks for one',
  'request-line': 'node skips further spaces around the target',
  'no-version': 'node takes HTTP/0.9',
  'version-unsupported': 'node parses 0.9 and 2.0, and leaves the rest to its user',
  'host-missing': 'node checks it behind its parser, and only that it is there',
  'host-repeated': 'node takes several',
  expectation: 'node leaves it to its user',
  length: 'node counts up to 2^64, we up to 15 digits',
  'framing-tab': 'node trims tabs beside some values and not beside others',
  coding: 'node refuses codings that it does not know only when the head is over, and some only when a body comes',
  'coding-in-1.0': 'node takes chunks in HTTP/1.0',
  'coding-repeated': 'node joins the lines',
  'coding-unknown': 'node takes any coding before the last one',
  'chunk-extension': 'node takes `;name=` without a value',
  'framing-in-trailers': 'node takes Host there',
  persistent: 'node goes on after `close, keep-alive` in HTTP/1.0',
}

/** What node refuses and we do not. */
const EXPECTED_LOOSER = {
  HPE_INVALID_METHOD: 'a method is any token (RFC 9110 §9.1): which ones are served, routes say',
  HPE_INVALID_VERSION: 'PRI is a token like any other; with the version that makes it a preface, it is refused',
  HPE_INVALID_URL: 'the form of a target is read once, by edge/http/target.ts',
  HPE_CLOSED_CONNECTION: 'node obeys a Connection in trailers; ours are dropped',
}

t.test('we and node read the same requests, or one refuses for a known reason', async (t) => {
  const { cases, seed } = extent(CASES)
  const findings = compare(cases, seed, {
    make: madeRequest,
    follower: FOLLOWER,
    methods: [''],
    read: (bytes, _method, cuts) => readRequests(bytes, cuts),
    nodeRead: nodeRequests,
    lineDifference: (ours, node) => (ours.method !== node.method ? 'method' : ours.target !== node.target ? 'target' : null),
    stricter: EXPECTED_STRICTER,
    looser: EXPECTED_LOOSER,
  })
  t.same(findings.unexplained, [])
  t.same(findings.torn, [], 'where the bytes are cut makes no difference')
  t.ok(findings.messages > cases / 2, `${cases} cases from seed ${seed}: ${findings.messages} requests read by both`)
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
  t.comment(`${cases} cases, seed ${seed}, ${findings.messages} requests read by both`)
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
    if (isTorn(whole, [randomCuts(bytes.length, random), everywhere(bytes.length)], (cuts) => readRequests(bytes, cuts, limits)))
      torn.push(`${JSON.stringify(limits)} ${JSON.stringify(text)}`)
  }
  t.same(torn, [])
  t.ok(
    ['target-too-long', 'field-too-large', 'too-many-fields', 'head-too-large', null].every((rule) => rules.has(rule)),
    'each limit was met',
  )
  t.comment(`${cases} cases, seed ${seed}`)
})
