// Deadlines that are not those of a pool alone: a route may have its own, and origins may be told how long we wait.

import Type from 'typebox'
import { FIELD_NAME_PATTERN } from './identifiers.ts'
import { DurationMs, HOUR_MS } from './units.ts'

/** The deadline of a route. */
export const RouteTimeoutMs = DurationMs({
  minimum: 1,
  maximum: HOUR_MS,
  description:
    'All tries together, until the head of an answer is here, in place of totalTimeoutMs and firstByteTimeoutMs of the pool; those when left out.',
})

/** The field that origins are told their deadline in. */
export const DeadlineField = Type.String({
  pattern: FIELD_NAME_PATTERN,
  description:
    'Field that tells peers how many ms we wait for the head of their answer; none is sent when left out. From trusted proxies the same field shortens our own deadline.',
})
