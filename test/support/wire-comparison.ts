import type { NodeMessage, NodeReading } from './node-parser.ts'
import { SeededRandom } from './seeded-random.ts'
import { differenceOf, type ReadHead } from './wire-difference.ts'
import { changed, randomCuts } from './wire-maker.ts'
import { everywhere, type Reading } from './wire-reading.ts'

/** How many samples of one kind are shown. */
const SHOWN = 3
/** One case of so many is also cut at every byte. */
const EVERY = 8
/** How often a message that must be found behind the made one follows. */
const FOLLOWED = 0.85

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
  /** What we refuse and node does not, by name, with the reason; and the reverse. */
  readonly stricter: Readonly<Record<string, string>>
  readonly looser: Readonly<Record<string, string>>
}

/** What came out of a run. */
export interface Findings {
  /** Messages that both read, and read the same. */
  messages: number
  /** Cases that were read in another way when they were cut in another way. */
  readonly torn: string[]
  /** Differences that have no reason. */
  readonly unexplained: string[]
  /** How often each reason was met, by `stricter NAME` or `looser NAME`. */
  readonly met: Map<string, number>
}

/** How many cases to run and from which seed; WEIR_CASES and WEIR_SEED ask for others by hand. */
export function extent(cases: number): { readonly cases: number; readonly seed: number } {
  return { cases: Number(process.env.WEIR_CASES ?? cases), seed: Number(process.env.WEIR_SEED ?? 9_112) }
}

/** Makes cases, reads each of them whole, cut and by node, and gathers where the readings part. */
export function compare<H extends ReadHead>(cases: number, seed: number, compared: Compared<H>): Findings {
  const random = new SeededRandom(seed)
  const findings: Findings = { messages: 0, torn: [], unexplained: [], met: new Map() }
  for (let i = 0; i < cases; i++) {
    const text = changed(compared.make(random), random) + (random.next() < FOLLOWED ? compared.follower : '')
    const bytes = Buffer.from(text, 'latin1')
    const method = random.pick(compared.methods)
    const whole = compared.read(bytes, method, [])
    const cuts = [randomCuts(bytes.length, random), ...(i % EVERY === 0 ? [everywhere(bytes.length)] : [])]
    if (isTorn(whole, cuts, (at) => compared.read(bytes, method, at))) note(findings.torn, text)
    settle(findings, compared, text, differenceOf(whole, compared.nodeRead(bytes, method), compared.lineDifference))
  }
  return findings
}

/** Whether bytes come to something else when they are cut. */
export function isTorn<H>(whole: Reading<H>, cuts: readonly (readonly number[])[], read: (cuts: readonly number[]) => Reading<H>): boolean {
  const expected = JSON.stringify(whole)
  return cuts.some((at) => JSON.stringify(read(at)) !== expected)
}

function settle<H>(findings: Findings, compared: Compared<H>, text: string, difference: ReturnType<typeof differenceOf>): void {
  if (difference.kind === 'none') {
    findings.messages += difference.messages
    return
  }
  const { kind, name } = difference
  const key = `${kind} ${name}`
  findings.met.set(key, (findings.met.get(key) ?? 0) + 1)
  const isExplained = kind !== 'other' && name in compared[kind]
  if (!isExplained) note(findings.unexplained, `${key}: ${JSON.stringify(text)}`)
}

function note(list: string[], text: string): void {
  if (list.length < SHOWN) list.push(text)
}
