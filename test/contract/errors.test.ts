// The error table against its page and against the code that throws.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ERRORS, type ErrorCode, type ErrorRow } from '../../edge/contract/errors.ts'
import { textOf } from './read-file.ts'

const table = Object.entries(ERRORS) as [ErrorCode, ErrorRow][]

/** The sections of docs/errors.md by code. */
function sections(): Map<string, string> {
  const parts = textOf('docs/errors.md').split(/^### /m).slice(1)
  return new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part]))
}

t.test('the page has exactly the codes of the table', (t) => {
  t.same([...sections().keys()].toSorted(), Object.keys(ERRORS).toSorted())
  t.end()
})

t.test('each section says status and sentence of its row, and something more', (t) => {
  const page = sections()
  for (const [code, row] of table) {
    const section = page.get(code) ?? ''
    t.match(section, `Status ${row.status}.`, code)
    t.match(section, `“${row.sentence}”`, code)
    t.ok((section.trim().split('\n\n')[2] ?? '').length > 40, `${code} has its advice`)
  }
  t.end()
})

t.test('statuses, codes and sentences have their form', (t) => {
  for (const [code, row] of table) {
    t.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/)
    t.ok(row.status >= 400 && row.status <= 599, `${code} ${row.status}`)
    t.match(row.sentence, /^[A-Z].*\.$/, code)
    t.notMatch(row.sentence, /redis|consul|peer|upstream|pool/i, `${code} tells clients nothing of the inside`)
  }
  t.end()
})

t.test('what may be sent again is only what failed at an origin', (t) => {
  t.same(
    table.filter(([, row]) => row.retry !== 'never' && row.source !== 'upstream').map(([code]) => code),
    [],
  )
  t.end()
})

t.test('every code is used by the code', (t) => {
  const source = ['edge', 'control'].flatMap(sourceTexts).join('\n')
  const unused = Object.keys(ERRORS).filter((code) => !source.includes(`'${code}'`))
  t.same(unused, [])
  t.end()
})

function sourceTexts(folder: string): string[] {
  return readdirSync(join(import.meta.dirname, '../..', folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('contract/errors.ts'))
    .map((path) => textOf(`${folder}/${path}`))
}
