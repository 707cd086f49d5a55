// What is not in order in the pools of an edge. A list of exceptions, not of everything: a beat carries it every second.

import Type from 'typebox'
import { Id } from './identifiers.ts'
import { DateMs } from './units.ts'

/** The kinds of trouble, with what each means to an operator. */
export const TROUBLES = {
  ejected: 'The peer failed too often and is left out for a while.',
  'breaker-open': 'The pool failed too often and is not asked for a while.',
  'queue-full': 'The pool has all it may have in flight, and requests are refused.',
  'breaker-half-open': 'The pool is tried with single requests after its breaker was open.',
  unhealthy: 'The peer fails its active checks and is left out until it passes them.',
  maintenance: 'An operator has taken the peer out of service.',
  panic: 'So few peers of the pool are usable that all are used.',
  'canary-returned': 'A new version fared worse than the control group, or an operator took it back; it gets no traffic.',
  'canary-held': 'A new version goes no further: too few requests to judge it by, doubtful figures, or a pause.',
  'discovery-held': 'Discovery lists far fewer peers, or none; those that it lacks are kept for a while, or until a word.',
  'discovery-away': 'Nobody says what the peers of the pool are; the last that were known stand.',
} as const satisfies Readonly<Record<string, string>>

/** A kind of trouble. */
export type TroubleKind = keyof typeof TROUBLES

/** The most troubles that one edge lists. */
export const MAX_TROUBLES = 100
/** The longest cause. */
export const MAX_CAUSE = 256

/** One thing that is not in order. A kind is a text here, so that a newer edge may say more than we know. */
export const TroubleSchema = Type.Object(
  {
    kind: Type.String({ pattern: '^[a-z][a-z-]{0,31}$', description: 'What it is.' }),
    pool: Id('The pool.'),
    peer: Type.Optional(Type.String({ maxLength: 300, description: 'The peer; the whole pool when left out.' })),
    cause: Type.String({ maxLength: MAX_CAUSE, description: 'Why, in a few words.' }),
    untilMs: Type.Optional(DateMs('When it ends, or is looked at again, by itself.')),
  },
  { description: 'One thing that is not in order.' },
)
/** One thing that is not in order. */
export type Trouble = Type.Static<typeof TroubleSchema>

/** What a trouble is about; the same for whoever sees it. */
export function troubleKey({ kind, pool, peer = '' }: Trouble): string {
  return `${kind} ${pool} ${peer}`
}

/** Of two that are about the same the one that ends later; the first where neither does. */
export function laterOf(one: Trouble, other: Trouble): Trouble {
  return (other.untilMs ?? 0) > (one.untilMs ?? 0) ? other : one
}

/**
 * Several lists as one, bounded: what is told of the same pool and peer more than once stands once, with its latest end.
 * @param lists each of one worker, or of one edge
 */
export function mergeTroubles(lists: Iterable<readonly Trouble[]>, max: number): Trouble[] {
  const merged = new Map<string, Trouble>()
  for (const list of lists) {
    for (const trouble of list) {
      const key = troubleKey(trouble)
      const known = merged.get(key)
      if (known === undefined) {
        if (merged.size < max) merged.set(key, trouble)
      } else merged.set(key, laterOf(known, trouble))
    }
  }
  return [...merged.values()]
}
