import { FieldSection } from '../../../edge/wire/field-section.ts'

/** A section of the given lines, scanned, and its flat list. */
export function sectionOf(...lines: readonly string[]): { readonly fields: FieldSection; readonly raw: string[] } {
  const text = `${lines.map((line) => `${line}\r\n`).join('')}\r\n`
  const bytes = Buffer.from(text, 'latin1')
  const fields = new FieldSection(1_000, 100)
  const end = fields.scan(bytes, 0, bytes.length)
  if (end !== bytes.length) throw new Error(`not a section: ${text}`)
  return { fields, raw: fields.raw(text) }
}
