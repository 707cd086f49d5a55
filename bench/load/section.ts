import { readFileSync, writeFileSync } from 'node:fs'

const START = '<!-- bench:load:start -->'
const END = '<!-- bench:load:end -->'

/** Puts `body` between the benchmark's markers in `file`. @throws Error when the file is missing or has no such markers */
export function writeSection(file: string, body: string): void {
  writeFileSync(file, replaceSection(readFileSync(file, 'utf8'), body))
}

/** The page with everything between the markers replaced by `body`. @throws Error when a marker is missing */
export function replaceSection(page: string, body: string): string {
  const start = page.indexOf(START)
  const end = page.indexOf(END, start)
  if (start === -1 || end === -1) throw new Error(`the page has no ${START} … ${END}`)
  return `${page.slice(0, start + START.length)}\n${body.trim()}\n${page.slice(end)}`
}
