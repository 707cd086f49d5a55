import { columnsOf, readTemplate, type TemplatePart } from './change-template.ts'
import type { ChangeRule, PurgeTemplate } from './changes.ts'
import { didYouMean } from './nearest.ts'
import type { Problem } from './problem.ts'
import type { Site } from './site.ts'

// Scheme and host of a URL must be written out: a row must not choose which site is purged.
const ORIGIN = /^https?:\/\/[^/?#\s]+\//

/** The problems of a site's rules for changes. */
export function* checkChanges(site: Site): Generator<Problem> {
  for (const [id, rule] of Object.entries(site.changes)) yield* checkRule(`/changes/${id}`, rule, site)
}

function* checkRule(pointer: string, rule: ChangeRule, site: Site): Generator<Problem> {
  for (const [index, column] of rule.key.entries()) yield* checkColumn(`${pointer}/key/${index}`, column, rule)
  if (rule.versionFrom !== undefined) yield* checkColumn(`${pointer}/versionFrom`, rule.versionFrom, rule)
  for (const [index, purge] of rule.purge.entries()) yield* checkPurge(`${pointer}/purge/${index}`, purge, rule, site)
}

function* checkPurge(pointer: string, purge: PurgeTemplate, rule: ChangeRule, site: Site): Generator<Problem> {
  const named = Object.entries(purge)
  if (named.length !== 1) {
    yield {
      pointer,
      message: `must have exactly one of tag, url, prefix and route; it has ${named.length === 0 ? 'none' : named.map(([by]) => by).join(', ')}`,
    }
    return
  }
  const [by, text] = named[0]!
  if (by === 'route') yield* checkRoute(`${pointer}/route`, text, site)
  else yield* checkTemplate(`${pointer}/${by}`, by, text, rule)
}

function* checkRoute(pointer: string, route: string, site: Site): Generator<Problem> {
  // hasOwn: "constructor" is a lawful id, and every object answers to it.
  if (Object.hasOwn(site.routes, route)) return
  yield { pointer, message: `there is no route ${JSON.stringify(route)}${didYouMean(route, Object.keys(site.routes))}` }
}

function* checkTemplate(pointer: string, by: string, text: string, rule: ChangeRule): Generator<Problem> {
  const reading = readTemplate(text)
  if (!reading.ok) {
    yield { pointer, message: reading.message }
    return
  }
  for (const column of columnsOf(reading.parts)) yield* checkColumn(pointer, column, rule)
  if (by !== 'tag') yield* checkUrl(pointer, reading.parts)
}

function* checkUrl(pointer: string, parts: readonly TemplatePart[]): Generator<Problem> {
  const [first] = parts
  if (first && 'text' in first && ORIGIN.test(first.text) && URL.canParse(first.text)) return
  yield { pointer, message: 'must have scheme, host and a / before its first column, such as https://shop.example/item/{id}' }
}

function* checkColumn(pointer: string, column: string, { columns, table }: ChangeRule): Generator<Problem> {
  if (columns.length === 0 || columns.includes(column)) return
  const meant = didYouMean(column, columns)
  yield {
    pointer,
    message: `the table ${table} has no column ${JSON.stringify(column)} in columns${meant || `; there is ${columns.slice(0, 8).join(', ')}`}`,
  }
}
