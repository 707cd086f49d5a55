// What an edge says, read from one line of its stream.

import type Type from 'typebox'
import { validate } from '../../edge/contract/validate.ts'
import { AckSchema, EdgeBeatSchema, HelloSchema, NackSchema, OrdersSchema } from '../../edge/contract/wire.ts'

/** The first line of an edge. */
export type Hello = Type.Static<typeof HelloSchema>
/** An edge serves what it was sent. */
export type Ack = Type.Static<typeof AckSchema>
/** An edge refuses what it was sent. */
export type Nack = Type.Static<typeof NackSchema>
/** What an edge says of itself each beat. */
export type EdgeBeat = Type.Static<typeof EdgeBeatSchema>
/** What was purged at an edge, to be purged everywhere. */
export type Orders = Type.Static<typeof OrdersSchema>
/** What an edge sends. */
export type EdgeMessage = Hello | Ack | Nack | Orders | EdgeBeat
/** The kinds of messages that an edge acknowledges. */
export type What = Ack['what']

/** What a line turned out to be. `unknown` is a type of a newer edge, to be dropped. */
export type ReadLine =
  | { readonly kind: 'message'; readonly message: EdgeMessage }
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'invalid'; readonly reason: string }

const SCHEMAS = { hello: HelloSchema, ack: AckSchema, nack: NackSchema, orders: OrdersSchema, beat: EdgeBeatSchema }

/** Reads one line of an edge; never throws. */
export function readEdgeMessage(line: string): ReadLine {
  const value = parse(line)
  if (typeof value !== 'object' || value === null || !('type' in value) || typeof value.type !== 'string') {
    return { kind: 'invalid', reason: 'a line that is no JSON object with a type' }
  }
  const { type } = value
  if (!Object.hasOwn(SCHEMAS, type)) return { kind: 'unknown', type: type.slice(0, 64) }
  const schema = SCHEMAS[type as keyof typeof SCHEMAS]
  const read = validate(schema, value)
  if (read.ok) return { kind: 'message', message: read.value }
  const [problem] = read.problems
  return { kind: 'invalid', reason: `a ${type} that is not as the contract says: ${problem?.pointer} ${problem?.message}` }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null // No JSON is refused above like any other line that is no object.
  }
}
