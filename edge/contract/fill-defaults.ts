// Fills in what a document leaves out. The walk follows the schema, not the value, so however deep or wide a hostile
// value is, the walk is as deep as the schema. What the schema does not know is passed on as it is, to be refused later.

import { claimedBranch, isMapValue, type MapValue, memberShape, type Shape } from './shape.ts'

/**
 * A copy of the value in which fields left out have their defaults, at every depth.
 * An optional field without a default stays out. The value itself is never changed.
 * @throws never
 */
export function fillDefaults(shape: Shape, value: unknown): unknown {
  if (shape.anyOf) {
    const branch = claimedBranch(shape.anyOf, value)
    return branch ? fillDefaults(branch, value) : value
  }
  const { items } = shape
  if (items && Array.isArray(value)) {
    // A list that is too long is refused; copying it first would only cost memory.
    return value.length > (shape.maxItems ?? Number.POSITIVE_INFINITY) ? value : value.map((item) => fillDefaults(items, item))
  }
  return shape.type === 'object' && isMapValue(value) ? filledMap(shape, value) : value
}

function filledMap(shape: Shape, value: MapValue): MapValue {
  const filled: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    // Code that builds a site may leave `burst: undefined`; JSON knows no such thing, so it counts as left out.
    if (value[name] === undefined) continue
    const member = memberShape(shape, name)
    define(filled, name, member ? fillDefaults(member, value[name]) : value[name])
  }
  for (const name of shape.required ?? []) {
    if (Object.hasOwn(filled, name)) continue
    const member = shape.properties?.[name]
    if (member?.default !== undefined) define(filled, name, fillDefaults(member, structuredClone(member.default)))
  }
  return filled
}

// A plain assignment to "__proto__" would set the prototype instead of a member.
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
