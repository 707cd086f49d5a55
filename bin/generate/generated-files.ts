import { ControlBootstrapSchema, EdgeBootstrapSchema, UpBootstrapSchema } from '../../edge/contract/bootstrap.ts'
import { EndpointsSchema, PublicationSchema } from '../../edge/contract/publication.ts'
import { shapeOf } from '../../edge/contract/shape.ts'
import { SiteSchema } from '../../edge/contract/site.ts'
import { SwitchboardSchema } from '../../edge/contract/switchboard.ts'
import { configurationPage } from './configuration-page.ts'
import { errorPage } from './error-page.ts'
import { jsonSchema } from './json-schema.ts'
import { metricPage } from './metric-page.ts'
import { wirePage } from './wire-page.ts'

const SCHEMAS = {
  site: SiteSchema,
  edge: EdgeBootstrapSchema,
  control: ControlBootstrapSchema,
  up: UpBootstrapSchema,
  switchboard: SwitchboardSchema,
  publication: PublicationSchema,
  endpoints: EndpointsSchema,
} as const

/** Every generated file: its path from the root of the repository, and its text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (const [name, schema] of Object.entries(SCHEMAS)) {
    files.set(`conf/schema/${name}.json`, `${JSON.stringify(jsonSchema(shapeOf(schema)), null, 2)}\n`)
  }
  files.set('docs/configuration.md', configurationPage())
  files.set('docs/errors.md', errorPage())
  files.set('docs/metrics.md', metricPage())
  files.set('docs/wire.md', wirePage())
  return files
}
