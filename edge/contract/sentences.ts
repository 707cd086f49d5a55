// The halves of a refusal: what would be right, and what is there instead.

import { FORMS } from './forms.ts'
import { matchesPattern, type Shape } from './shape.ts'

const SHOWN_CHARACTERS = 60

/**
 * What a value of the schema must be, to be read after a field's name: `must be an integer from 1 to 60000 (ms)`.
 * @param value what is there instead, if anything is: a text of the right form is told its length only
 */
export function expectation(shape: Shape, value?: unknown): string {
  if (shape.pattern !== undefined && typeof value === 'string' && matchesPattern(shape.pattern, value)) {
    return `must be a text of ${span(shape.minLength, shape.maxLength)} characters`
  }
  return `must be ${right(shape)}`
}

/** What a value is, shortened to one line: `"fast"`, `7`, `a list of 3`, `empty`. */
export function description(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return quoted(value)
  return shortened(String(value), SHOWN_CHARACTERS)
}

/** A text in quotes, on one line, shortened to 60 characters. */
export function quoted(text: string): string {
  return inert(JSON.stringify(shortened(text, SHOWN_CHARACTERS)))
}

/** A text shortened to `most` characters, with an ellipsis where something is missing. */
export function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/** A text with its control characters, and the marks that turn the direction of writing, escaped: no terminal obeys it. */
export function inert(text: string): string {
  const marks = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
  return text.replace(marks, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function right(shape: Shape): string {
  if (shape.anyOf) return oneOf(shape.anyOf)
  if (shape.const !== undefined) return JSON.stringify(shape.const)
  switch (shape.type) {
    case 'integer':
      return `an integer ${range(shape)}${unit(shape)}`
    case 'number':
      return `a number ${range(shape)}${unit(shape)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `a list of ${span(shape.minItems, shape.maxItems)} items`
    case 'object':
      return shape.maxProperties === undefined ? 'a map' : `a map of at most ${shape.maxProperties} members`
    default:
      return text(shape)
  }
}

// Every branch in one sentence; a message per branch would bury the one word that was mistyped.
function oneOf(branches: readonly Shape[]): string {
  const tagged = branches.flatMap((branch) =>
    branch.type === 'object' && branch.properties?.type?.const ? [branch.properties.type.const] : [],
  )
  if (tagged.length > 0) return `a map whose "type" is ${listed(tagged.map((word) => JSON.stringify(word)))}`
  return listed(branches.map(right))
}

function text(shape: Shape): string {
  if (shape.pattern !== undefined) return FORMS[shape.pattern] ?? `a text that matches ${shape.pattern}`
  return `a text of ${span(shape.minLength, shape.maxLength)} characters`
}

function range(shape: Shape): string {
  const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = shape
  return maximum === Number.MAX_SAFE_INTEGER ? `of ${minimum} or more` : `from ${minimum} to ${maximum}`
}

function span(least = 0, most?: number): string {
  if (most === undefined) return `${least} or more`
  if (least === most) return `exactly ${most}`
  return least === 0 ? `at most ${most}` : `${least} to ${most}`
}

function unit(shape: Shape): string {
  return shape['x-unit'] === undefined ? '' : ` (${shape['x-unit']})`
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
