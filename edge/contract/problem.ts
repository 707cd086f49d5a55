// A problem with a document: what is wrong, where, and what would be right. Every door that refuses input speaks in these.

import Type from 'typebox'
import { Count } from './units.ts'

/** What is wrong with a document, and where. */
export const ProblemSchema = Type.Object(
  {
    pointer: Type.String({ maxLength: 4096, description: 'JSON Pointer (RFC 6901) to the value; empty for the whole document.' }),
    message: Type.String({ maxLength: 2048, description: 'What is wrong, and what would be right.' }),
    line: Type.Optional(Count('Line in the file, from 1.', 1)),
    column: Type.Optional(Count('Column in the line, from 1.', 1)),
  },
  { additionalProperties: false },
)
/** What is wrong with a document, and where. */
export type Problem = Type.Static<typeof ProblemSchema>

/** One member of a JSON Pointer, escaped (RFC 6901 §3). */
export function pointerMember(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

/** The members of a JSON Pointer, unescaped (RFC 6901 §4). */
export function pointerMembers(pointer: string): string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((member) => member.replaceAll('~1', '/').replaceAll('~0', '~'))
}
