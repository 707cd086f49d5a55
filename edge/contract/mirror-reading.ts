// What came of mirroring, as an edge tells it and the command line shows it.

/** What became of a copy. */
export const MIRROR_OUTCOMES = [
  /** Its answer is as the real one. */
  'same',
  'different',
  /** It was answered, and there was nothing to compare it with, or no wish to. */
  'uncompared',
  /** The mirror did not answer, or not in time. */
  'failed',
  /** Not sent: as many were under way as may be. */
  'dropped-full',
  /** Not sent: the request body was too long, or broke off. */
  'dropped-body',
  /** Not sent: the edge had better things to do. */
  'dropped-overload',
] as const
/** What became of one copy. */
export type MirrorOutcome = (typeof MIRROR_OUTCOMES)[number]

/** In what two answers may differ. */
export const DIFFERENCE_KINDS = ['status', 'length', 'field', 'body'] as const
/** In what two answers differ. */
export type DifferenceKind = (typeof DIFFERENCE_KINDS)[number]

/** One way in which the answer to a copy is not the real one. Values are short, and masked where they are secrets. */
export interface Difference {
  readonly kind: DifferenceKind
  /** Of the field, in lower case; empty for other kinds. */
  readonly name: string
  readonly origin: string
  readonly mirror: string
}

/** A request whose two answers differed. */
export interface MirrorExample {
  /** Wall clock. */
  readonly atMs: number
  /** X-Request-Id of the request and of its copy. */
  readonly id: string
  readonly method: string
  /** Path and query, secrets masked. */
  readonly target: string
  readonly differences: readonly Difference[]
}

/** What came of the mirror of one route since its edge, or worker, started. */
export interface MirrorReading {
  readonly route: string
  /** The pool that gets the copies. */
  readonly pool: string
  readonly inFlight: number
  readonly outcomes: Readonly<Record<MirrorOutcome, number>>
  readonly differences: Readonly<Record<DifferenceKind, number>>
  /** The latest, newest first; MAX_EXAMPLES at most. */
  readonly examples: readonly MirrorExample[]
}

/** Examples kept for each route. */
export const MAX_EXAMPLES = 20
/** Routes told of at once. */
export const MAX_MIRRORS = 200

/** One reading for each route, of the readings of several workers or edges. */
export function mergedMirrors(readings: readonly MirrorReading[]): MirrorReading[] {
  const byRoute = new Map<string, MirrorReading>()
  for (const reading of readings) {
    const known = byRoute.get(reading.route)
    byRoute.set(reading.route, known === undefined ? reading : merged(known, reading))
  }
  return [...byRoute.values()].sort((a, b) => (a.route < b.route ? -1 : 1)).slice(0, MAX_MIRRORS)
}

function merged(a: MirrorReading, b: MirrorReading): MirrorReading {
  return {
    route: a.route,
    pool: a.pool,
    inFlight: a.inFlight + b.inFlight,
    outcomes: summed(MIRROR_OUTCOMES, a.outcomes, b.outcomes),
    differences: summed(DIFFERENCE_KINDS, a.differences, b.differences),
    examples: [...a.examples, ...b.examples].sort((one, other) => other.atMs - one.atMs).slice(0, MAX_EXAMPLES),
  }
}

function summed<K extends string>(names: readonly K[], a: Readonly<Record<K, number>>, b: Readonly<Record<K, number>>): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as Record<K, number>
}
