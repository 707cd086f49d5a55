// Change events: what a row change is, how it comes in, and the rules by which a site turns it into purges.

import Type from 'typebox'
import { Id } from './identifiers.ts'
import { PurgeOrderSchema } from './purge.ts'
import { DAY_MS, DurationMs, KIB, MIB, MINUTE_MS, SizeBytes } from './units.ts'

/** The name of a column, as it stands in templates. */
export const COLUMN_PATTERN = '^[A-Za-z_][A-Za-z0-9_$]{0,63}$'
/** A table as a rule names it: `database.table`, with `*` at its end for all tables that begin so (shards). */
export const TABLE_PATTERN = '^[A-Za-z0-9_$-]{1,64}\\.[A-Za-z0-9_$-]{0,64}\\*?$'
/** The most rows in one change, and the most changes in one batch. */
export const MAX_ROWS = 1_000
/** Versions longer than this are no versions. */
export const MAX_VERSION_LENGTH = 64

const Column = (description: string) => Type.String({ pattern: COLUMN_PATTERN, description })
const template = (pattern: string, maxLength: number, description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, ...(pattern === '' ? {} : { pattern }), description }))
const { mode, againAfterMs } = PurgeOrderSchema.anyOf[4].properties

/** What a rule purges for a row: one of its fields. `{column}` stands for the value of a column, before and after the change. */
export const PurgeTemplateSchema = Type.Object(
  {
    tag: template('', 512, 'A label of answers, e.g. item-{id}.'),
    url: template('^https?://', 2_048, 'A URL, e.g. https://shop.example/item/{id}; values are percent-encoded.'),
    prefix: template('^https?://', 2_048, 'The beginning of URLs, e.g. https://shop.example/item/{id}/; values are percent-encoded.'),
    route: Type.Optional(Id('A route of this site: all that it keeps.')),
  },
  { additionalProperties: false, description: 'One of tag, url, prefix and route.' },
)
/** What a rule purges for a row. */
export type PurgeTemplate = Type.Static<typeof PurgeTemplateSchema>

/** A rule: which rows, and what is purged when one of them changes. */
export const ChangeRuleSchema = Type.Object(
  {
    table: Type.String({
      pattern: TABLE_PATTERN,
      description: 'database.table; shop.item_* takes every table of shop that begins with item_.',
    }),
    purge: Type.Array(PurgeTemplateSchema, { minItems: 1, maxItems: 32, description: 'What a changed row purges.' }),
    key: Type.Array(Column('A column.'), {
      minItems: 1,
      maxItems: 8,
      default: ['id'],
      description: 'The columns that tell one row from another, unless the change names them itself (pkNames).',
    }),
    versionFrom: Type.Optional(
      Column(
        'The column that grows with each change of a row: a number, or a date as text. When left out: version, else es, of the change.',
      ),
    ),
    columns: Type.Array(Column('A column.'), {
      default: [],
      maxItems: 1_000,
      description: 'The columns of the table, so that a misspelt one is refused when the site is published; not checked when empty.',
    }),
    mode,
    againAfterMs,
    rememberMs: DurationMs({
      minimum: 1_000,
      maximum: 30 * DAY_MS,
      default: DAY_MS,
      description: 'How long the newest version of a row is remembered, so that older and repeated changes of it are ignored.',
    }),
  },
  { additionalProperties: false, description: 'What is purged when a row of a table changes.' },
)
/** A rule, defaults filled in. */
export type ChangeRule = Type.Static<typeof ChangeRuleSchema>

const Row = Type.Record(Type.String({ pattern: '^.{1,128}$' }), Type.Unknown(), {
  maxProperties: 2_000,
  description: 'Columns and their values.',
})
const label = (description: string) => Type.String({ minLength: 1, maxLength: 128, description })
const dateMs = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description, 'x-unit': 'ms since 1970' }))

/**
 * A change of rows of one table: the flat JSON of Canal, of which the fields below are read and all others are let be.
 * @see https://github.com/alibaba/canal (FlatMessage)
 */
export const RowChangeSchema = Type.Object(
  {
    database: label('The database.'),
    table: label('The table.'),
    type: Type.Union([Type.Literal('INSERT'), Type.Literal('UPDATE'), Type.Literal('DELETE')], {
      description: 'What happened to the rows.',
    }),
    data: Type.Array(Row, { minItems: 1, maxItems: MAX_ROWS, description: 'The rows after the change; for DELETE as they were.' }),
    old: Type.Array(Row, {
      default: [],
      maxItems: MAX_ROWS,
      description: 'For UPDATE, for each row of data: the columns that changed, with what they were before.',
    }),
    pkNames: Type.Array(label('A column.'), { default: [], maxItems: 64, description: 'The columns of the primary key.' }),
    version: Type.Optional(
      Type.Union(
        [Type.String({ minLength: 1, maxLength: MAX_VERSION_LENGTH }), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })],
        {
          description: 'The version of the rows, for sources that have no column for it.',
        },
      ),
    ),
    es: dateMs('When the source made the change.'),
    ts: dateMs('When the change was read from the source.'),
  },
  { $id: 'row-change', title: 'Weir row change', description: 'Rows of a table that changed.' },
)
/** A change of rows, defaults filled in. */
export type RowChange = Type.Static<typeof RowChangeSchema>

/** Where a control plane reads changes from. */
export const ChangeStreamSchema = Type.Object(
  {
    url: Type.String({
      pattern: '^rediss?://',
      maxLength: 1_024,
      description: 'The Redis with the stream: redis://[user:password@]host:port[/db], or rediss:// over TLS.',
    }),
    stream: Type.String({ minLength: 1, maxLength: 256, default: 'weir:changes', description: 'The key of the stream.' }),
    group: Type.String({
      minLength: 1,
      maxLength: 128,
      default: 'weir',
      description:
        'The consumer group: those of one group share the work. A control plane with a store, and edges, of its own needs a group of its own.',
    }),
    consumer: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9._-]{1,128}$', description: 'Its name within the group; made anew at each start when left out.' }),
    ),
    batch: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'Entries that are read and purged together.' }),
    maxEntryBytes: SizeBytes({
      minimum: KIB,
      maximum: 16 * MIB,
      default: MIB,
      description: 'Longer entries go to the dead letters.',
    }),
    maxTries: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 5,
      description: 'How often an entry is delivered that nobody acknowledges; then it goes to the dead letters.',
    }),
    claimIdleMs: DurationMs({
      minimum: 100,
      maximum: 60 * MINUTE_MS,
      default: 30_000,
      description: 'An entry that a consumer has held for so long without acknowledging it is taken over by another.',
    }),
    deadLetterMax: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 10_000,
      description: 'Dead letters kept, in the stream of this name with :dead behind it; the oldest give way.',
    }),
    connectTimeoutMs: DurationMs({ minimum: 10, maximum: MINUTE_MS, default: 1_000, description: 'Until a connection stands.' }),
  },
  { additionalProperties: false, description: 'A Redis stream of row changes. Without it they come through POST /v1/changes only.' },
)
/** Where a control plane reads changes from, defaults filled in. */
export type ChangeStreamConfig = Type.Static<typeof ChangeStreamSchema>
