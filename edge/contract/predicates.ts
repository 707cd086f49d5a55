// Conditions on a request, as routes and groups write them.

import Type from 'typebox'

const Predicate = Type.String({ maxLength: 256 })

/** Conditions by name, all of which must hold. @param what they are on @param name the form of a name */
export const predicates = (what: string, name: string) =>
  Type.Record(Type.String({ pattern: name }), Predicate, {
    default: {},
    additionalProperties: false,
    maxProperties: 16,
    description: `${what}: all must hold. The value is the exact text, "abc*" for a prefix, "*" for present, "!" for absent.`,
  })
