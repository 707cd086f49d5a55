// From a schema of the contract to the JSON Schema 2020-12 that editors complete and check documents by.

import { FORMS } from '../../edge/contract/forms.ts'
import type { Shape } from '../../edge/contract/shape.ts'

const DIALECT = 'https://json-schema.org/draft/2020-12/schema'

/** A schema as JSON Schema for documents that people write: what has a default need not be there. */
export function jsonSchema(shape: Shape): object {
  return { $schema: DIALECT, title: shape.title, ...written(shape) }
}

function written(shape: Shape): Record<string, unknown> {
  // $id would be resolved against a server that there is none of.
  const { $id: _, title: __, anyOf, properties, patternProperties, items, required, ...plain } = shape
  const out: Record<string, unknown> = { ...plain }
  const unit = shape['x-unit']
  if (unit !== undefined) out.description = `${shape.description ?? ''} In ${unit}.`.trim()
  // Shown by VS Code in place of the pattern.
  if (shape.pattern !== undefined) out.patternErrorMessage = `must be ${FORMS[shape.pattern] ?? shape.pattern}`
  if (anyOf) Object.assign(out, choice(anyOf))
  if (items) out.items = written(items)
  if (properties) {
    out.properties = writtenEach(properties)
    // The defaults are filled in after reading, so an editor must not ask for what has one.
    const asked = (required ?? []).filter((name) => properties[name]?.default === undefined)
    if (asked.length > 0) out.required = asked
  }
  if (patternProperties) out.patternProperties = writtenEach(patternProperties)
  return out
}

/** Words become an enum, which editors complete; anything else stays a union. */
function choice(branches: readonly Shape[]): Record<string, unknown> {
  if (branches.every((branch) => typeof branch.const === 'string')) return { type: 'string', enum: branches.map((branch) => branch.const) }
  return { anyOf: branches.map(written) }
}

function writtenEach(shapes: Readonly<Record<string, Shape>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, written(shape)]))
}
