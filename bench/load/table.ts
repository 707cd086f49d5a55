import { spread } from './sample.ts'

/** Rounds and formats one number of a table. */
export type Format = (value: number) => string

/** The formats of the tables. */
export const FORMATS = {
  micros: (value: number) => value.toFixed(1),
  ratio: (value: number) => value.toFixed(2),
  whole: (value: number) => Math.round(value).toLocaleString('en-GB'),
  mebibytes: (value: number) => (value / 2 ** 20).toFixed(1),
} as const satisfies Readonly<Record<string, Format>>

/** A row: its name, which its columns know it by, and its label. */
export interface Row {
  readonly name: string
  readonly label: string
}

/** A column: what stands above it and in each of its cells. */
export interface Column {
  readonly head: string
  cell(row: Row): string
}

/** A Markdown table under its title. */
export function table(title: string, rows: readonly Row[], columns: readonly Column[]): string {
  return [
    `**${title}**`,
    '',
    `| | ${columns.map(({ head }) => head).join(' | ')} |`,
    `|---|${'---:|'.repeat(columns.length)}`,
    ...rows.map((row) => `| ${row.label} | ${columns.map((column) => column.cell(row)).join(' | ')} |`),
    '',
  ].join('\n')
}

/** "median (least–greatest)", the median alone when all look alike, a dash when there is nothing. */
export function spreadCell(values: readonly number[], format: Format): string {
  if (values.length === 0) return '–'
  const { median, min, max } = spread(values)
  const [least, greatest] = [format(min), format(max)]
  return least === greatest ? least : `${format(median)} (${least}–${greatest})`
}
