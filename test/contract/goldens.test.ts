// Bad documents and the lines that `weir check` prints for each. A sentence that changes here changes for people at three in the morning.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatProblem } from '../../edge/contract/read-site.ts'
import { problemsOf, textOf } from './read-file.ts'

const FOLDER = 'test/contract/goldens'
const files = readdirSync(join(import.meta.dirname, 'goldens')).toSorted()

t.test('every bad document has its expected lines, and the other way round', (t) => {
  const documents = files.filter((file) => file.endsWith('.yaml')).map((file) => file.replace('.yaml', ''))
  const expected = files.filter((file) => file.endsWith('.expected')).map((file) => file.replace('.expected', ''))
  t.same(expected, documents)
  t.ok(documents.length >= 20)
  t.end()
})

for (const file of files.filter((name) => name.endsWith('.yaml'))) {
  t.test(`${file} is refused with these lines`, (t) => {
    const lines = problemsOf(textOf(`${FOLDER}/${file}`)).map((problem) => `${formatProblem(file, problem)}\n`)
    t.equal(lines.join(''), textOf(`${FOLDER}/${file.replace('.yaml', '.expected')}`))
    t.not(lines.length, 0)
    t.end()
  })
}
