// Templates of purges: text with `{column}` in it. A brace always belongs to a column; there is no way to write a literal one,
// since neither labels nor URLs have a use for it.

import { COLUMN_PATTERN } from './changes.ts'

/** A piece of a template: text as it is, or the value of a column. */
export type TemplatePart = { readonly text: string } | { readonly column: string }

/** A template in its pieces, or what is wrong with it. */
export type TemplateReading =
  | { readonly ok: true; readonly parts: readonly TemplatePart[] }
  | { readonly ok: false; readonly message: string }

const COLUMN = new RegExp(COLUMN_PATTERN)

/** Takes a template apart. O(n); never throws. */
export function readTemplate(template: string): TemplateReading {
  const parts: TemplatePart[] = []
  let at = 0
  while (at < template.length) {
    const open = template.indexOf('{', at)
    const text = template.slice(at, open === -1 ? undefined : open)
    if (text.includes('}')) return { ok: false, message: `has a } without its { at character ${at + text.indexOf('}') + 1}` }
    if (text !== '') parts.push({ text })
    if (open === -1) break
    const close = template.indexOf('}', open)
    if (close === -1) return { ok: false, message: `has a { without its } at character ${open + 1}` }
    const column = template.slice(open + 1, close)
    if (!COLUMN.test(column)) {
      return { ok: false, message: `has ${JSON.stringify(`{${column}}`)}, which is not the name of a column in braces, such as {id}` }
    }
    parts.push({ column })
    at = close + 1
  }
  return { ok: true, parts }
}

/** The columns that a template names, once each. */
export function columnsOf(parts: readonly TemplatePart[]): string[] {
  return [...new Set(parts.flatMap((part) => ('column' in part ? [part.column] : [])))]
}
