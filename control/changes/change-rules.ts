// The rules of a site, made ready: which of them take a table, and which purges a row makes of each.

import { readTemplate, type TemplatePart } from '../../edge/contract/change-template.ts'
import type { ChangeRule } from '../../edge/contract/changes.ts'
import type { Site } from '../../edge/contract/site.ts'

/** One purge of a rule, its text in pieces. */
export interface ReadyPurge {
  readonly by: 'tag' | 'url' | 'prefix' | 'route'
  readonly parts: readonly TemplatePart[]
}

/** A rule with its templates taken apart. */
export interface ReadyRule {
  readonly id: string
  readonly rule: ChangeRule
  readonly purges: readonly ReadyPurge[]
}

/** The rules of a site by table. */
export class ChangeRules {
  readonly #exact = new Map<string, ReadyRule[]>()
  readonly #prefixes: { readonly prefix: string; readonly ready: ReadyRule }[] = []

  /** @param rules of a site that was accepted @throws TypeError on a template that check() would have refused */
  constructor(rules: Site['changes']) {
    for (const [id, rule] of Object.entries(rules)) {
      const ready = { id, rule, purges: rule.purge.map(readyPurge) }
      if (rule.table.endsWith('*')) this.#prefixes.push({ prefix: rule.table.slice(0, -1), ready })
      else this.#exact.set(rule.table, [...(this.#exact.get(rule.table) ?? []), ready])
    }
  }

  /** The rules that take this table, in the order of the site. O(1) and the rules that end in `*`. */
  of(database: string, table: string): readonly ReadyRule[] {
    const name = `${database}.${table}`
    const shards = this.#prefixes.filter(({ prefix }) => name.startsWith(prefix)).map(({ ready }) => ready)
    return [...(this.#exact.get(name) ?? []), ...shards]
  }
}

function readyPurge(template: ChangeRule['purge'][number]): ReadyPurge {
  const [by, text] = Object.entries(template)[0] as [ReadyPurge['by'], string]
  const reading = readTemplate(text)
  if (!reading.ok) throw new TypeError(`a template that was not checked: ${reading.message}`)
  return { by, parts: reading.parts }
}
