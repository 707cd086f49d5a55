// Whatever came before on its connection, a request is read as if it were the first: what the parser remembers of the last one makes
// no difference but in cost. Were it otherwise, one request could borrow the framing of another.

import t from 'tap'
import type { RequestHead } from '../../edge/wire/message.ts'
import { RequestParser } from '../../edge/wire/request-parser.ts'
import { WireFault } from '../../edge/wire/wire-fault.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { extent } from '../support/wire-comparison.ts'
import { changed, madeRequest, randomCuts } from '../support/wire-maker.ts'
import { WIDE_LIMITS } from '../support/wire-reading.ts'

const CASES = 20_000
const REQUESTS = 12

/** The head in some bytes, given to a parser in pieces: its parts as text, or the rule it breaks. */
function readHead(parser: RequestParser, bytes: Buffer, cuts: readonly number[]): { told: string; repeated: boolean; over: boolean } {
  let from = 0
  for (const to of [...cuts, bytes.length]) {
    const head: RequestHead | WireFault | null = parser.read(bytes.subarray(from, to), 0)
    if (head instanceof WireFault) return { told: head.rule, repeated: false, over: true }
    if (head !== null)
      return { told: JSON.stringify({ ...head, repeated: false, taken: from + parser.taken }), repeated: head.repeated, over: false }
    from = to
  }
  return { told: 'unfinished', repeated: false, over: true }
}

t.test('a request is read as if it were the first of its connection', async (t) => {
  const { cases, seed } = extent(CASES)
  const random = new SeededRandom(seed)
  let repeats = 0
  let heads = 0
  for (let i = 0; i < cases; i++) {
    const known = Array.from({ length: random.integer(1, 3) }, () => {
      const made = madeRequest(random)
      return random.next() < 0.3 ? changed(made, random) : made
    })
    const parser = new RequestParser(WIDE_LIMITS)
    for (let request = 0; request < REQUESTS; request++) {
      const bytes = Buffer.from(known[random.integer(0, known.length - 1)]!, 'latin1')
      const cuts = random.next() < 0.2 ? randomCuts(bytes.length, random) : []
      const head = readHead(parser, bytes, cuts)
      const alone = readHead(new RequestParser(WIDE_LIMITS), bytes, cuts)
      if (head.told !== alone.told) t.equal(head.told, alone.told, `WEIR_SEED=${seed}, case ${i}, request ${request}`)
      heads += 1
      if (head.repeated) repeats += 1
      if (head.over || head.told !== alone.told) break
    }
  }
  t.ok(repeats > heads / 10, `${repeats} of ${heads} were known again`)
})
