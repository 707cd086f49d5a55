// The door of the contract: every document, message and request body that is not ours passes here before it is used.
// Two readings must agree on a yes: our walk, which gives the sentences, and the compiled validator of TypeBox, which knows every
// keyword but counts lengths in graphemes, so that one letter with a million combining marks would pass for one character.

import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { explainRefusal } from './explain-refusal.ts'
import { fillDefaults } from './fill-defaults.ts'
import type { Problem } from './problem.ts'
import { shapeOf } from './shape.ts'

/** A value that is as its schema says, defaults filled in; or every reason why it is not. */
export type Validated<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: Problem[] }

// Compiling costs milliseconds and schemas are constants of the contract, so each is compiled once.
const validators = new WeakMap<TSchema, Validator>()

/**
 * Fills defaults into a copy of the value and holds it against the schema. Nothing is coerced: "5" is no number.
 * Unknown fields are refused where the schema is closed. The value may be anything at all, and is not changed.
 * @returns the copy, or at most 100 problems in document order
 * @throws never
 */
export function validate<S extends TSchema>(schema: S, value: unknown): Validated<Static<S>> {
  const filled = fillDefaults(shapeOf(schema), value)
  const problems = explainRefusal(shapeOf(schema), filled)
  if (problems.length > 0) return { ok: false, problems }
  if (validatorOf(schema).Check(filled)) return { ok: true, value: filled as Static<S> }
  return { ok: false, problems: [{ pointer: '', message: 'is not as its schema says; compare it with the schema in conf/schema' }] }
}

function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known) return known
  const made = Compile(schema) as unknown as Validator
  validators.set(schema, made)
  return made
}
