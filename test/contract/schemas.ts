// Every schema of the contract by name, and a walk through all that is in them.

import type { TSchema } from 'typebox'
import { ControlBootstrapSchema, EdgeBootstrapSchema, UpBootstrapSchema } from '../../edge/contract/bootstrap.ts'
import { RowChangeSchema } from '../../edge/contract/changes.ts'
import { ProblemSchema } from '../../edge/contract/problem.ts'
import { EndpointsSchema, PublicationSchema } from '../../edge/contract/publication.ts'
import { type Shape, shapeOf } from '../../edge/contract/shape.ts'
import { SiteSchema } from '../../edge/contract/site.ts'
import { SwitchboardSchema } from '../../edge/contract/switchboard.ts'
import { FromControlSchema, FromEdgeSchema } from '../../edge/contract/wire.ts'

/** The schemas of the contract by name. */
export const SCHEMAS: Readonly<Record<string, TSchema>> = {
  site: SiteSchema,
  edge: EdgeBootstrapSchema,
  control: ControlBootstrapSchema,
  up: UpBootstrapSchema,
  switchboard: SwitchboardSchema,
  publication: PublicationSchema,
  endpoints: EndpointsSchema,
  problem: ProblemSchema,
  'row-change': RowChangeSchema,
  'from-edge': FromEdgeSchema,
  'from-control': FromControlSchema,
}

/** A schema within a schema. */
export interface Part {
  /** Where it stands, e.g. `site/routes/-/cache/store`. */
  readonly path: string
  /** What it is there: the whole, a named field, a member of a map, an item of a list, a branch of a union. */
  readonly role: 'whole' | 'field' | 'member' | 'item' | 'branch'
  readonly shape: Shape
}

/** All schemas within all schemas. */
export function* allParts(): Generator<Part> {
  for (const [name, schema] of Object.entries(SCHEMAS)) yield* partsOf({ path: name, role: 'whole', shape: shapeOf(schema) })
}

function* partsOf(part: Part): Generator<Part> {
  yield part
  const { path, shape } = part
  for (const [name, member] of Object.entries(shape.properties ?? {}))
    yield* partsOf({ path: `${path}/${name}`, role: 'field', shape: member })
  for (const member of Object.values(shape.patternProperties ?? {})) yield* partsOf({ path: `${path}/*`, role: 'member', shape: member })
  if (shape.items) yield* partsOf({ path: `${path}/-`, role: 'item', shape: shape.items })
  for (const [index, branch] of (shape.anyOf ?? []).entries()) yield* partsOf({ path: `${path}/|${index}`, role: 'branch', shape: branch })
}
