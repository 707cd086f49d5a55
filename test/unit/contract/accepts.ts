// What a schema says to a value, short enough for tables in tests.

import type { Static, TSchema } from 'typebox'
import { validate } from '../../../edge/contract/validate.ts'

/** The value with its defaults. @throws Error that lists the problems when the schema refuses it */
export function accepted<S extends TSchema>(schema: S, value: unknown): Static<S> {
  const validated = validate(schema, value)
  if (!validated.ok) throw new Error(JSON.stringify(validated.problems))
  return validated.value
}

/** The pointers of what the schema refuses; empty when it accepts. */
export function refusedAt(schema: TSchema, value: unknown): string[] {
  const validated = validate(schema, value)
  return validated.ok ? [] : validated.problems.map((problem) => problem.pointer)
}
