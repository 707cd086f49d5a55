// The schemas seen as data. TypeBox's types say what a value is; the walks that fill defaults, explain refusals and write the
// pages only need the few JSON Schema keywords that our schemas use.

import type { TSchema } from 'typebox'

/** The JSON Schema keywords that the schemas of the contract use. */
export interface Shape {
  readonly $id?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly const?: unknown
  readonly anyOf?: readonly Shape[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Shape
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Shape>>
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean
  readonly maxProperties?: number
  /** What a number counts: ms or bytes. */
  readonly 'x-unit'?: string
}

/** A schema as data. */
export function shapeOf(schema: TSchema): Shape {
  return schema as unknown as Shape
}

/** A value with named members: what JSON calls an object. */
export type MapValue = Readonly<Record<string, unknown>>

/** Whether a value has named members. */
export function isMapValue(value: unknown): value is MapValue {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The schema of the member `name`; undefined when there is none by that name. */
export function memberShape(shape: Shape, name: string): Shape | undefined {
  // hasOwn, because a hostile document may well have a member named "constructor".
  if (shape.properties && Object.hasOwn(shape.properties, name)) return shape.properties[name]
  for (const [pattern, member] of Object.entries(shape.patternProperties ?? {})) {
    if (matchesPattern(pattern, name)) return member
  }
  return undefined
}

/**
 * The branch of a union that a value claims to be: the one whose constants (`type: 'hello'`) it has.
 * @returns undefined when the union is one of plain words and texts, or the value fits no branch
 */
export function claimedBranch(branches: readonly Shape[], value: unknown): Shape | undefined {
  if (!isMapValue(value)) return undefined
  return branches.find((branch) => {
    if (branch.type !== 'object') return false
    return Object.entries(branch.properties ?? {}).every(([name, member]) => member.const === undefined || member.const === value[name])
  })
}

const compiled = new Map<string, RegExp>()

/** Whether a text matches a pattern of a schema; patterns are read with the `u` flag, as JSON Schema asks. */
export function matchesPattern(pattern: string, text: string): boolean {
  // Bounded by the number of patterns in the contract: a pattern never comes from input.
  let regexp = compiled.get(pattern)
  if (!regexp) {
    regexp = new RegExp(pattern, 'u')
    compiled.set(pattern, regexp)
  }
  return regexp.test(text)
}
