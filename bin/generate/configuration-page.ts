// docs/configuration.md: every field of every document that people write, one table a map.

import { ControlBootstrapSchema, EdgeBootstrapSchema, UpBootstrapSchema } from '../../edge/contract/bootstrap.ts'
import { FORMS } from '../../edge/contract/forms.ts'
import { type Shape, shapeOf } from '../../edge/contract/shape.ts'
import { SiteSchema } from '../../edge/contract/site.ts'
import { code, GENERATED, table } from './markdown.ts'

const HEAD = ['Field', 'Type', 'Unit', 'Range', 'Default', 'Meaning']

const INTRODUCTION = `# Configuration

Weir reads YAML 1.2 or JSON. \`weir check FILE\` prints every problem of a file as \`file:line:col  /json/pointer  message\`.
A first line such as \`# yaml-language-server: $schema=schema/site.json\` lets editors complete and check while you type; the schemas are in
\`conf/schema/\`, commented examples in \`conf/examples/\`.

- Fields that are not known are refused, and so are numbers in quotes.
- Fields with a default may be left out. \`ID\` stands for a name that you choose, \`[]\` for each item of a list.
- Durations are whole milliseconds, sizes whole bytes, ratios from 0 to 1.
- A document has at most 16 MiB and 64 levels, and no YAML tags.`

/** The text of docs/configuration.md. */
export function configurationPage(): string {
  const sections = [
    section('The site', 'Everything that revisions carry: what is served and how. It can change while edges run.', shapeOf(SiteSchema), []),
    section('How an edge starts', 'Read once by `weir edge`; a change needs a restart.', shapeOf(EdgeBootstrapSchema), []),
    section('How a control plane starts', 'Read once by `weir control`; a change needs a restart.', shapeOf(ControlBootstrapSchema), []),
    section(
      'How everything starts on one machine',
      'Read once by `weir up`. `edge` and `control` hold the fields of the two sections above.',
      shapeOf(UpBootstrapSchema),
      ['edge', 'control'],
    ),
  ]
  return `${GENERATED}\n${[INTRODUCTION, ...sections].join('\n\n')}\n`
}

/** One document with a table for each map in it; members named in `told` are described elsewhere. */
function section(title: string, sentence: string, shape: Shape, told: readonly string[]): string {
  const parts = [`## ${title}\n\n${sentence}`]
  for (const [path, map] of mapsWithin('', shape, told)) {
    if (path !== '') parts.push(`### ${code(path)}\n\n${map.description ?? ''}`)
    parts.push(
      table(
        HEAD,
        Object.entries(map.properties ?? {}).map(([name, field]) => row(path, name, field, map)),
      ),
    )
  }
  return parts.join('\n\n')
}

function* mapsWithin(path: string, shape: Shape, told: readonly string[]): Generator<readonly [string, Shape]> {
  if (shape.properties) yield [path, shape]
  for (const [name, field] of Object.entries(shape.properties ?? {})) {
    if (!told.includes(name)) yield* mapsWithin(joined(path, name), field, [])
  }
  for (const member of Object.values(shape.patternProperties ?? {})) yield* mapsWithin(joined(path, 'ID'), member, [])
  if (shape.items) yield* mapsWithin(`${path}[]`, shape.items, [])
}

function row(path: string, name: string, field: Shape, map: Shape): string[] {
  const needed = map.required?.includes(name) ? 'required' : 'none'
  const written = field.default === undefined ? needed : code(JSON.stringify(field.default))
  return [code(joined(path, name)), typeOf(field), field['x-unit'] ?? '', rangeOf(field), written, field.description ?? '']
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function typeOf(shape: Shape): string {
  if (shape.const !== undefined) return code(String(shape.const))
  if (shape.anyOf) return shape.anyOf.map(typeOf).join(', ')
  if (shape.items) return `list of ${typeOf(shape.items)}`
  if (shape.patternProperties) return `map of ${Object.values(shape.patternProperties).map(typeOf).join()}`
  if (shape.type === 'object') return 'map'
  return shape.type === 'string' ? 'text' : (shape.type ?? 'anything')
}

function rangeOf(shape: Shape): string {
  if (shape.anyOf) return shape.anyOf.map(rangeOf).filter(Boolean).join('; ')
  if (shape.type === 'integer' || shape.type === 'number') return `${shape.minimum} to ${shape.maximum}`
  if (shape.items) {
    const count = shape.minItems ? `${shape.minItems} to ${shape.maxItems} items` : `at most ${shape.maxItems} items`
    return [count, rangeOf(shape.items)].filter(Boolean).join(', each ')
  }
  const [names, member] = Object.entries(shape.patternProperties ?? {})[0] ?? []
  if (names !== undefined && member) {
    return [
      `at most ${shape.maxProperties} members`,
      `names: ${FORMS[names]}`,
      ...(member.type === 'string' ? [`values: ${rangeOf(member)}`] : []),
    ].join('; ')
  }
  return shape.type === 'string' ? textRange(shape) : ''
}

function textRange(shape: Shape): string {
  const length =
    shape.maxLength === undefined ? '' : `${shape.minLength ? `${shape.minLength} to` : 'at most'} ${shape.maxLength} characters`
  return [shape.pattern === undefined ? '' : (FORMS[shape.pattern] ?? code(shape.pattern)), length].filter(Boolean).join(', ')
}
