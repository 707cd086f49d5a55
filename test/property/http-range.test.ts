import t from 'tap'
import { parseContentRange } from '../../edge/http/content-range.ts'
import { Fields } from '../../edge/http/fields.ts'
import { formatRange, MAX_RANGES, parseRange, type RangeSpec, resolveRanges } from '../../edge/http/range.ts'
import { entryAnswer } from '../../edge/pipeline/entry-answer.ts'
import { Line } from '../support/exchange-maker.ts'
import { readBody } from '../support/read-body.ts'
import { SeededRandom } from '../support/seeded-random.ts'
import { makeEntry } from '../unit/cache/make-entry.ts'

const ROUNDS = 3_000
const NOISE = [
  'bytes',
  '=',
  '-',
  ',',
  ' ',
  '\t',
  '0',
  '1',
  '9',
  '99999999999999999999',
  '/',
  '*',
  'x',
  '"',
  '\0',
  '\xff',
  '\r\n',
  '-1',
  '0-',
]

function noise(random: SeededRandom): string {
  const head = random.next() < 0.5 ? 'bytes=' : ''
  return head + Array.from({ length: random.integer(0, 8) }, () => random.pick(NOISE)).join('')
}

function randomSpec(random: SeededRandom, bodyBytes: number): RangeSpec {
  const at = () => random.integer(0, bodyBytes + 5)
  if (random.next() < 0.2) return { suffixBytes: at() }
  const first = at()
  return { first, last: random.next() < 0.2 ? null : first + at() }
}

const randomSpecs = (random: SeededRandom, bodyBytes: number): RangeSpec[] =>
  Array.from({ length: random.integer(1, 6) }, () => randomSpec(random, bodyBytes))

/** The bytes of a 206, by their position; read from its body as a client reads it. */
function bytesIn(status: number, fields: Fields, text: string): Map<number, string> {
  const found = new Map<number, string>()
  if (status !== 206) return found
  const boundary = /boundary=([0-9a-f]+)$/.exec(fields.get('content-type') ?? '')?.[1]
  const parts =
    boundary === undefined
      ? [`Content-Range: ${fields.get('content-range')}\r\n\r\n${text}`]
      : text
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((part) => part.slice(2, -2))
  for (const part of parts) {
    const cut = part.indexOf('\r\n\r\n')
    const { first, last } = parseContentRange(/Content-Range: (.*)/.exec(part.slice(0, cut))![1]!.trim())!
    const bytes = part.slice(cut + 4)
    if (bytes.length !== last - first + 1) throw new Error(`${bytes.length} bytes for ${first}-${last}`)
    for (let i = 0; i < bytes.length; i++) {
      if (found.has(first + i)) throw new Error(`byte ${first + i} twice`)
      found.set(first + i, bytes[i]!)
    }
  }
  return found
}

t.test('any text is ranges or none, and never a fault', async (t) => {
  const random = new SeededRandom(911)
  let read = 0
  for (let round = 0; round < ROUNDS; round++) {
    const text = noise(random)
    parseContentRange(text)
    const specs = parseRange(text)
    if (specs === null || specs === 'other-unit') continue
    read++
    if (specs.length > MAX_RANGES) t.fail(text)
    const spans = resolveRanges(specs, 7)
    if (spans.some(({ first, last }) => first < 0 || last > 6 || first > last)) t.fail(text)
    t.same(parseRange(formatRange(specs)), specs, text)
  }
  t.ok(read > 20, `${read} of the texts were ranges`)
})

t.test('reading takes no more than a step a character', async (t) => {
  for (const unit of ['0', '0-0,', ',', ' ', '-', '0-', '\t,', '9'.repeat(50)]) {
    const text = `bytes=${unit.repeat(400_000 / unit.length)}`
    const startedMs = performance.now()
    parseRange(text)
    parseContentRange(text)
    // A quadratic reader would take minutes for it.
    t.ok(performance.now() - startedMs < 5_000, JSON.stringify(unit))
  }
})

t.test('what was asked for comes, each byte once and in its place, and nothing else', async (t) => {
  const random = new SeededRandom(14)
  const line = new Line()
  for (let round = 0; round < ROUNDS / 10; round++) {
    const body = Array.from({ length: random.integer(1, 40) }, () => random.pick([...'abcdefgh'])).join('')
    const specs = randomSpecs(random, body.length)
    const { asked, x } = line.asked({ headers: { Range: formatRange(specs) } })
    const entry = makeEntry({ fields: Fields.of({ 'Content-Type': 'text/plain' }), body: Buffer.from(body) })
    const how = { outcome: { kind: 'hit', ttlMs: 1, level: 'L1' }, servedBy: 'hit', nowMs: 0 } as const
    const answer = entryAnswer(asked.request, entry, how, x)
    const { text } = await readBody(answer.body)

    const wanted = new Set<number>()
    for (const { first, last } of specs.flatMap((spec) => resolveRanges([spec], body.length)))
      for (let i = first; i <= last; i++) wanted.add(i)
    const came = bytesIn(answer.status, answer.fields, text)
    const right = came.size === wanted.size && [...came].every(([at, byte]) => wanted.has(at) && body[at] === byte)
    if (!right || answer.status !== (wanted.size === 0 ? 416 : 206)) t.fail(`${formatRange(specs)} of ${body}: ${answer.status} ${text}`)
  }
  t.pass('all of them')
})
