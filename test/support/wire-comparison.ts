import type { NodeMessage, NodeReading } from './node-parser.ts'
import { SeededRandom } from './seeded-random.ts'
import { differenceOf, type ReadHead } from './wire-difference.ts'
import { changed, randomCuts } from './wire-maker.ts'
import { everywhere, type Reading } from './wire-reading.ts'

/** How many samples of one kind are shown. */
const SHOWN = 3
/** One case of so many is also cut at every byte. */
const EVERY = 2
/** How often a second made message follows, and how often one that must be found behind what was made. */
const DOUBLED = 0.1
const FOLLOWED = 0.85

/** Where two readings part. */
export interface Place<Head> {
  /** What we read there, when it is a head. */
  readonly head: Head | null
  /** The bytes up to the message, and from its beginning on. */
  readonly before: string
  readonly rest: string
  /** The method asked for, for answers. */
  readonly method: string
}

/** Why two readers part; with `holds`, only where that is so. */
export type Reason<Head> = string | { readonly why: string; readonly holds: (place: Place<Head>) => boolean }

/** Reasons by the name of the rule of ours, or of the code of node. */
export type Reasons<Head> = Readonly<Record<string, Reason<Head>>>

/** How cases are made and read. */
export interface Compared<Head> {
  readonly make: (random: SeededRandom) => string
  /** Whole and valid; a peer that misreads what comes before it misses it. */
  readonly follower: string
  /** The method asked for, for answers. */
  readonly methods: readonly string[]
  readonly read: (bytes: Buffer, method: string, cuts: readonly number[]) => Reading<Head>
  readonly nodeRead: (bytes: Buffer, method: string) => NodeReading
  readonly lineDifference: (ours: Head, node: NodeMessage) => string | null
  /** What we refuse and node does not, and the reverse. */
  readonly stricter: Reasons<Head>
  readonly looser: Reasons<Head>
}

/** What came out of a run. */
export interface Findings {
  /** Cases that were read, and how many of them also byte by byte. */
  cases: number
  inBytes: number
  /** Messages that both read, and read the same. */
  messages: number
  /** Cases that were read in another way when they were cut in another way. */
  readonly torn: string[]
  /** Differences that have no reason. */
  readonly unexplained: string[]
  /** How often each reason was met, by `stricter NAME` or `looser NAME`. */
  readonly met: Map<string, number>
}

interface Case {
  readonly number: number
  readonly text: string
  readonly method: string
}

/** How many cases to run and from which seed; WEIR_CASES and WEIR_SEED ask for others by hand. */
export function extent(cases: number): { readonly cases: number; readonly seed: number } {
  return { cases: Number(process.env.WEIR_CASES ?? cases), seed: Number(process.env.WEIR_SEED ?? 9_112) }
}

/** Makes cases, reads each of them whole, cut and by node, and gathers where the readings part. */
export function compare<H extends ReadHead>(cases: number, seed: number, compared: Compared<H>): Findings {
  const random = new SeededRandom(seed)
  const findings: Findings = { cases: 0, inBytes: 0, messages: 0, torn: [], unexplained: [], met: new Map() }
  for (let number = 0; number < cases; number++) {
    const text = madeText(compared, random)
    const bytes = Buffer.from(text, 'latin1')
    const method = random.pick(compared.methods)
    const whole = compared.read(bytes, method, [])
    const cuts = [randomCuts(bytes.length, random)]
    if (number % EVERY === 0) cuts.push(everywhere(bytes.length))
    const torn = tornBy(whole, cuts, (at) => compared.read(bytes, method, at))
    if (torn !== null) note(findings.torn, { number, text, method }, `cut at ${torn}`)
    settle(findings, compared, { number, text, method }, whole, compared.nodeRead(bytes, method))
    findings.cases++
    findings.inBytes += cuts.length - 1
  }
  return findings
}

/** The first cuts with which bytes come to something else than whole, or null. */
export function tornBy<H>(
  whole: Reading<H>,
  cuts: readonly (readonly number[])[],
  read: (cuts: readonly number[]) => Reading<H>,
): readonly number[] | null {
  const expected = JSON.stringify(whole)
  return cuts.find((at) => JSON.stringify(read(at)) !== expected) ?? null
}

/** The reasons that stand in a table and were never met. */
export function neverMet<H>(findings: Findings, { stricter, looser }: Pick<Compared<H>, 'stricter' | 'looser'>): string[] {
  const expected = [...Object.keys(stricter).map((name) => `stricter ${name}`), ...Object.keys(looser).map((name) => `looser ${name}`)]
  return expected.filter((key) => !findings.met.has(key))
}

function madeText<H>({ make, follower }: Compared<H>, random: SeededRandom): string {
  const made = make(random) + (random.next() < DOUBLED ? make(random) : '')
  return changed(made, random) + (random.next() < FOLLOWED ? follower : '')
}

function settle<H extends ReadHead>(findings: Findings, compared: Compared<H>, made: Case, ours: Reading<H>, node: NodeReading): void {
  const difference = differenceOf(ours, node, compared.lineDifference)
  findings.messages += difference.messages
  if (difference.kind === 'none') return
  const { kind, name, messages } = difference
  const key = `${kind} ${name}`
  const reason = kind === 'other' ? undefined : compared[kind][name]
  const from = messages === 0 ? 0 : ours.messages[messages - 1]!.endsAt!
  const place = {
    head: ours.messages[messages]?.head ?? null,
    before: made.text.slice(0, from),
    rest: made.text.slice(from),
    method: made.method,
  }
  if (reason !== undefined && (typeof reason === 'string' || reason.holds(place))) findings.met.set(key, (findings.met.get(key) ?? 0) + 1)
  else note(findings.unexplained, made, key)
}

/** Keeps what is needed to read a case again. */
function note(list: string[], { number, text, method }: Case, what: string): void {
  const asked = method === '' ? '' : `, asked for with ${method}`
  if (list.length < SHOWN) list.push(`case ${number}, ${what}${asked}: ${JSON.stringify(text)}`)
}
