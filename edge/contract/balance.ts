// How a pool chooses among its peers.

import Type from 'typebox'
import { KEY_SOURCE_FORM, type KeySource, parseKeySource } from './key-source.ts'

/** What is hashed: the first of these whose parts the request has, all of them. */
export type HashKey = readonly (readonly KeySource[])[]

/** The form of a hash key as text: up to 4 keys, each of up to 4 parts. */
export const HASH_KEY_PATTERN = `^${KEY_SOURCE_FORM}(\\+${KEY_SOURCE_FORM}){0,3}(, ?${KEY_SOURCE_FORM}(\\+${KEY_SOURCE_FORM}){0,3}){0,3}$`

/** When the requests for one key are spread over several peers. */
export const HotKeySpreadSchema = Type.Object(
  {
    ratePerS: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 100,
      description: 'Requests a second for one key, at one worker, that one peer gets alone; each time as many give it one peer more.',
    }),
    maxPeers: Type.Integer({ minimum: 2, maximum: 16, default: 4, description: 'The most peers that one key is spread over.' }),
  },
  { additionalProperties: false, description: 'Hot keys are spread over several peers, the same ones at every edge; off when left out.' },
)
/** When the requests for one key are spread, defaults filled in. */
export type HotKeySpreadConfig = Type.Static<typeof HotKeySpreadSchema>

/** The fields of a pool that say how a peer is chosen. */
export const BALANCE_FIELDS = {
  balance: Type.Union(
    [
      Type.Literal('consistent-hash'),
      Type.Literal('ketama'),
      Type.Literal('maglev'),
      Type.Literal('round-robin'),
      Type.Literal('least-request'),
      Type.Literal('peak-ewma'),
    ],
    {
      default: 'consistent-hash',
      description: 'How a peer is chosen. consistent-hash is rendezvous hashing; ketama maps as nginx does with "hash KEY consistent".',
    },
  ),
  hashKey: Type.String({
    pattern: HASH_KEY_PATTERN,
    default: 'path',
    examples: ['cookie:sid, address', 'host+path'],
    description:
      'What is hashed: the first of several keys that the request has, a key of several parts joined by +; without any it is dealt in turn. Parts as for limits.',
  }),
  maxLoadFactor: Type.Optional(
    Type.Number({
      minimum: 1.05,
      maximum: 10,
      description:
        'A peer gets at most so many times its share of what a worker has in flight; more goes to the next on the walk of its key. No bound when left out.',
    }),
  ),
  hotKeySpread: Type.Optional(HotKeySpreadSchema),
} as const

/** Kinds of balance that choose by a hash key. */
export const HASHING: ReadonlySet<string> = new Set(['consistent-hash', 'ketama', 'maglev'])

/**
 * Reads a hash key that the schema has already accepted.
 * @throws RangeError on a text the schema would refuse: a programming fault
 */
export function parseHashKey(text: string): HashKey {
  return text.split(/, ?/).map((key) => key.split('+').map(parseKeySource))
}
