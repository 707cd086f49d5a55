// Everything that comes in is bounded by its schema, and every field says what it is.

import t from 'tap'
import { FORMS } from '../../edge/contract/forms.ts'
import type { Shape } from '../../edge/contract/shape.ts'
import { allParts } from './schemas.ts'

const parts = [...allParts()]

t.test('every field has a sentence that ends with a full stop', (t) => {
  // The constant of a tagged message is its own description.
  const silent = parts.filter(
    ({ role, shape }) => role === 'field' && shape.const === undefined && !/[.…]\)?$/.test(shape.description ?? ''),
  )
  t.same(
    silent.map((part) => part.path),
    [],
  )
  t.end()
})

t.test('every text, list, map and number is bounded', (t) => {
  t.same(
    parts.filter(({ shape }) => !isBounded(shape)).map((part) => part.path),
    [],
  )
  t.end()
})

t.test('every pattern is closed at both ends, or bounded by a length', (t) => {
  const open = parts.filter(({ shape }) => shape.pattern !== undefined && shape.maxLength === undefined && !/^\^.*\$$/s.test(shape.pattern))
  t.same(
    open.map((part) => part.path),
    [],
  )
  t.end()
})

t.test('every default is in its own range', (t) => {
  const wrong = parts.filter(
    ({ shape }) => typeof shape.default === 'number' && (shape.default < shape.minimum! || shape.default > shape.maximum!),
  )
  t.same(
    wrong.map((part) => part.path),
    [],
  )
  t.end()
})

t.test('every pattern has its form in words, and every form has its pattern', (t) => {
  const patterns = new Set(
    parts.flatMap(({ shape }) => [...(shape.pattern === undefined ? [] : [shape.pattern]), ...Object.keys(shape.patternProperties ?? {})]),
  )
  t.same(
    [...patterns].filter((pattern) => !Object.hasOwn(FORMS, pattern)),
    [],
  )
  t.same(
    Object.keys(FORMS).filter((pattern) => !patterns.has(pattern)),
    [],
  )
  t.end()
})

function isBounded(shape: Shape): boolean {
  if (shape.const !== undefined) return true
  if (shape.type === 'string') return shape.maxLength !== undefined || shape.pattern !== undefined
  if (shape.type === 'array') return shape.maxItems !== undefined
  if (shape.type === 'integer' || shape.type === 'number') return shape.minimum !== undefined && shape.maximum !== undefined
  if (shape.patternProperties) return shape.maxProperties !== undefined
  return true
}
