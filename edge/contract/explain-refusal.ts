// Why a value is refused, in sentences. The walk finds every place and says for each what is wrong and what would be right,
// in the order of the document. It is as deep as the schema, however deep the value is.

import { didYouMean } from './nearest.ts'
import { type Problem, pointerMember } from './problem.ts'
import { description, expectation, quoted } from './sentences.ts'
import { claimedBranch, isMapValue, type MapValue, matchesPattern, memberShape, type Shape } from './shape.ts'
import { parseDurationMs, parseSizeBytes } from './units.ts'

/** Problems told at once; who has more of them starts with these. */
export const MAX_PROBLEMS = 100
/** Longer names are not put into pointers. */
const MAX_POINTED_NAME = 128
const MAX_NAMES_LISTED = 16

/** The problems of a value, at most 100, in document order; none when it is as the schema says. */
export function explainRefusal(shape: Shape, value: unknown): Problem[] {
  const problems: Problem[] = []
  visit(shape, value, '', problems)
  return problems
}

function visit(shape: Shape, value: unknown, pointer: string, problems: Problem[]): void {
  if (problems.length >= MAX_PROBLEMS) return
  const branch = shape.anyOf && claimedBranch(shape.anyOf, value)
  if (branch) return visit(branch, value, pointer, problems)
  if (!holds(shape, value)) {
    problems.push({ pointer, message: `${expectation(shape, value)}; it is ${description(value)}${hint(shape, value)}` })
    return
  }
  const { items } = shape
  if (items && Array.isArray(value)) {
    for (const [index, item] of value.entries()) visit(items, item, `${pointer}/${index}`, problems)
  }
  if (shape.type === 'object' && isMapValue(value)) visitMembers(shape, value, pointer, problems)
}

// Missing fields stand where the map begins, so they come before what is wrong within it.
function visitMembers(shape: Shape, value: MapValue, pointer: string, problems: Problem[]): void {
  for (const name of shape.required ?? []) {
    if (problems.length >= MAX_PROBLEMS) return
    if (Object.hasOwn(value, name)) continue
    problems.push({
      pointer: `${pointer}/${pointerMember(name)}`,
      message: `missing field ${quoted(name)}; ${expectation(memberShape(shape, name) ?? {})}`,
    })
  }
  for (const name of Object.keys(value)) {
    if (problems.length >= MAX_PROBLEMS) return
    const member = memberShape(shape, name)
    const at = name.length > MAX_POINTED_NAME ? pointer : `${pointer}/${pointerMember(name)}`
    if (member) visit(member, value[name], at, problems)
    else if (shape.additionalProperties === false) problems.push({ pointer: at, message: unknownMember(shape, name) })
  }
}

function unknownMember(shape: Shape, name: string): string {
  const [keys] = Object.keys(shape.patternProperties ?? {})
  if (keys !== undefined) return `the name ${quoted(name)} is not valid; it ${expectation({ type: 'string', pattern: keys })}`
  const known = Object.keys(shape.properties ?? {})
  const meant = didYouMean(name, known)
  if (meant !== '') return `unknown field ${quoted(name)}${meant}`
  const more = known.length > MAX_NAMES_LISTED ? ' …' : ''
  return `unknown field ${quoted(name)}; the fields here are ${known.slice(0, MAX_NAMES_LISTED).join(', ')}${more}`
}

/** Whether the value itself is as the schema says, its members and items aside. */
function holds(shape: Shape, value: unknown): boolean {
  if (shape.anyOf) return shape.anyOf.some((branch) => branch.type !== 'object' && holds(branch, value))
  if (shape.const !== undefined) return value === shape.const
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = shape
  switch (shape.type) {
    case 'integer':
      return Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum
    case 'number':
      return Number.isFinite(value) && (value as number) >= minimum && (value as number) <= maximum
    case 'boolean':
      return typeof value === 'boolean'
    case 'array':
      return Array.isArray(value) && within(value.length, shape.minItems, shape.maxItems)
    case 'object':
      return isMapValue(value) && within(Object.keys(value).length, 0, shape.maxProperties)
    case 'string':
      return typeof value === 'string' && holdsText(shape, value)
    default:
      return true
  }
}

function holdsText(shape: Shape, value: string): boolean {
  if (shape.pattern !== undefined && !matchesPattern(shape.pattern, value)) return false
  return within([...value].length, shape.minLength, shape.maxLength)
}

function within(count: number, least = 0, most = Number.POSITIVE_INFINITY): boolean {
  return count >= least && count <= most
}

// The slips that a sentence about ranges does not explain by itself.
function hint(shape: Shape, value: unknown): string {
  if (typeof value === 'string') return hintOnText(shape, value)
  if (isMapValue(value) && shape.maxProperties !== undefined) return ` of ${Object.keys(value).length}`
  return ''
}

function hintOnText(shape: Shape, value: string): string {
  const words = (shape.anyOf ?? []).flatMap((branch) => (typeof branch.const === 'string' ? [branch.const] : []))
  if (shape.type !== 'integer' && shape.type !== 'number') return didYouMean(value, words)
  if (value.trim() !== '' && Number.isFinite(Number(value))) return ', a text: leave out the quotes'
  const unit = shape['x-unit']
  const meant = unit === 'ms' ? parseDurationMs(value) : unit === 'bytes' ? parseSizeBytes(value) : null
  return meant === null ? '' : `; write ${meant}`
}
