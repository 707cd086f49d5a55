// What came of mirroring, as an edge tells it and the command line shows it.

import Type from 'typebox'
import { ID_PATTERN, Id } from './identifiers.ts'
import { Count, DateMs } from './units.ts'

/** Examples kept for each route. */
export const MAX_EXAMPLES = 20

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

/** Routes told of at once. */
export const MAX_MIRRORS = 200
/** Routes, and examples of each, that a beat tells of: one goes to the control plane every second. */
export const MAX_BEAT_MIRRORS = 20
const BEAT_EXAMPLES = 3
const BEAT_TARGET = 200
const BEAT_VALUE = 80
const BEAT_DIFFERENCES = 4

// Names are texts here, so that a newer edge may say more than we know.
const counts = (description: string) =>
  Type.Record(Type.String({ pattern: ID_PATTERN }), Count('How many.'), {
    additionalProperties: false,
    maxProperties: 32,
    description,
  })
const Text = (maxLength: number, description: string) => Type.String({ maxLength, description })

/** What an edge tells of one mirror. */
export const MirrorReadingSchema = Type.Object(
  {
    route: Id('The route.'),
    pool: Id('The pool that gets the copies.'),
    inFlight: Count('Copies under way.'),
    outcomes: counts('What became of copies.'),
    differences: counts('In what answers differed.'),
    examples: Type.Array(
      Type.Object({
        atMs: DateMs('When.'),
        id: Text(128, 'X-Request-Id.'),
        method: Text(32, 'The method.'),
        target: Text(512, 'Path and query, secrets masked.'),
        differences: Type.Array(
          Type.Object({
            kind: Text(32, 'status, length, field or body.'),
            name: Text(128, 'Of the field.'),
            origin: Text(256, 'The real one.'),
            mirror: Text(256, 'The one of the mirror.'),
          }),
          { maxItems: 20, description: 'In what the answers differed.' },
        ),
      }),
      { maxItems: MAX_EXAMPLES, description: 'The latest requests whose answers differed.' },
    ),
  },
  { description: 'What came of a mirror.' },
)
/** What came of a mirror, as somebody else tells it. */
export type ToldMirror = Type.Static<typeof MirrorReadingSchema>

/** The same readings, short enough for a beat. */
export function shortMirrors(readings: readonly MirrorReading[]): ToldMirror[] {
  return readings
    .slice(0, MAX_BEAT_MIRRORS)
    .map((reading) => ({ ...reading, examples: reading.examples.slice(0, BEAT_EXAMPLES).map(short) }))
}

function short(example: MirrorExample): ToldMirror['examples'][number] {
  const differences = example.differences.slice(0, BEAT_DIFFERENCES).map(({ kind, name, origin, mirror }) => {
    return { kind, name, origin: origin.slice(0, BEAT_VALUE), mirror: mirror.slice(0, BEAT_VALUE) }
  })
  return { ...example, target: example.target.slice(0, BEAT_TARGET), differences }
}

/** One reading for each route, of the readings of several workers or edges. What we do not know by name is left out. */
export function mergedMirrors(readings: readonly (MirrorReading | ToldMirror)[]): MirrorReading[] {
  const byRoute = new Map<string, MirrorReading>()
  for (const reading of readings) byRoute.set(reading.route, merged(byRoute.get(reading.route) ?? null, reading))
  return [...byRoute.values()].sort((a, b) => (a.route < b.route ? -1 : 1)).slice(0, MAX_MIRRORS)
}

function merged(known: MirrorReading | null, told: MirrorReading | ToldMirror): MirrorReading {
  const examples = [...(known?.examples ?? []), ...(told.examples as readonly MirrorExample[])]
  return {
    route: told.route,
    pool: told.pool,
    inFlight: (known?.inFlight ?? 0) + told.inFlight,
    outcomes: summed(MIRROR_OUTCOMES, known?.outcomes, told.outcomes),
    differences: summed(DIFFERENCE_KINDS, known?.differences, told.differences),
    examples: examples.sort((one, other) => other.atMs - one.atMs).slice(0, MAX_EXAMPLES),
  }
}

type Counts = Readonly<Record<string, number>>

function summed<K extends string>(names: readonly K[], known: Counts | undefined, told: Counts): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, (known?.[name] ?? 0) + (told[name] ?? 0)])) as Record<K, number>
}
