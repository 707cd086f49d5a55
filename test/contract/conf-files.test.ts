// What people copy must be right: every document in conf/ is valid and names its schema.

import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { formatProblem } from '../../edge/contract/read-site.ts'
import { namedKind, problemsOf, textOf } from './read-file.ts'

const root = join(import.meta.dirname, '../..')
const files = readdirSync(join(root, 'conf'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .map((path) => `conf/${path}`)
  .toSorted()

t.test('the examples are there', (t) => {
  for (const name of [
    'weir',
    'demo-site',
    'examples/production',
    'examples/production-site',
    'examples/minimal-site',
    'examples/edge',
    'examples/control',
  ]) {
    t.ok(files.includes(`conf/${name}.yaml`), name)
  }
  t.end()
})

for (const file of files) {
  t.test(`${file} names its schema and is valid`, (t) => {
    const text = textOf(file)
    t.ok(namedKind(text), 'the first line names the schema')
    t.same(
      problemsOf(text).map((problem) => formatProblem(file, problem)),
      [],
    )
    t.end()
  })

  t.test(`${file} names files that exist`, (t) => {
    const text = textOf(file)
    const named = [...text.matchAll(/(?:\$schema=|^\s*site: )(\S+)/gm)].map((found) => found[1]!)
    t.ok(named.length > 0)
    for (const path of named) t.ok(existsSync(join(root, dirname(file), path)), path)
    t.end()
  })

  t.test(`${file} has comments`, (t) => {
    const lines = textOf(file).split('\n')
    t.ok(lines.filter((line) => line.includes('# ')).length / lines.length > 0.1)
    t.end()
  })
}
