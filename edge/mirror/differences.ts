// In what the answer to a copy is not the real one.

import type { MirrorCompare } from '../contract/mirror.ts'
import type { Difference } from '../contract/mirror-reading.ts'
import { maskedField } from '../http/masked.ts'
import type { AnswerReading } from './answer-reading.ts'

/** The longest value that is told. */
const MAX_VALUE = 160
const ABSENT = '-'

/** The differences of two answers; none where they are alike in all that is compared. What is not known of one differs from nothing. */
export function differencesOf(origin: AnswerReading, mirror: AnswerReading, compare: MirrorCompare): Difference[] {
  // Of answers to different ends the rest says nothing more.
  if (origin.status !== mirror.status) return [difference('status', '', String(origin.status), String(mirror.status))]
  const found: Difference[] = []
  if (compare.length === 'on' && differ(origin.lengthBytes, mirror.lengthBytes))
    found.push(difference('length', '', String(origin.lengthBytes), String(mirror.lengthBytes)))
  for (const [at, name] of compare.fields.entries()) {
    const [one, other] = [origin.fields[at] ?? null, mirror.fields[at] ?? null]
    if (one !== other) found.push(difference('field', name.toLowerCase(), shown(name, one), shown(name, other)))
  }
  if (differ(origin.digest, mirror.digest)) found.push(difference('body', '', origin.digest!, mirror.digest!))
  return found
}

function differ<T>(one: T | null, other: T | null): boolean {
  return one !== null && other !== null && one !== other
}

function difference(kind: Difference['kind'], name: string, origin: string, mirror: string): Difference {
  return { kind, name, origin, mirror }
}

function shown(name: string, value: string | null): string {
  return value === null ? ABSENT : maskedField(name, value).slice(0, MAX_VALUE)
}
