import t from 'tap'
import { type SourceFile, sourceFiles } from './source-tree.ts'

const MOST_WORDS = 20
const EXPORT =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type(?! \{)|const|let) ?(?<name>[\w$]*)/

/** The documentation comment that ends directly above a line, without its stars; null when there is none. */
function docAbove(lines: readonly string[], at: number): string | null {
  let end = at - 1
  while (end >= 0 && /^\/\/ ?(?:biome-ignore|lint-ok)/.test(lines[end] as string)) end--
  if (end < 0 || !(lines[end] as string).trimEnd().endsWith('*/')) return null
  let start = end
  while (start > 0 && !(lines[start] as string).trimStart().startsWith('/*')) start--
  if (!(lines[start] as string).startsWith('/**')) return null
  const comment = lines.slice(start, end + 1).join('\n')
  return comment.replace(/\/\*\*|\*\/|^\s*\* ?/gm, ' ').trim()
}

function firstSentence(doc: string): string {
  const prose = doc.split(/(?:^|\s)@(?:param|returns|throws|see)\b/)[0] as string
  return (prose.split(/[.:;](?=\s|$)/)[0] as string).trim()
}

function exportFaults({ path, text }: SourceFile): string[] {
  const lines = text.split('\n')
  let previous = ''
  return lines.flatMap((line, at) => {
    const name = EXPORT.exec(line)?.groups?.name
    if (name === undefined) return []
    const isOverload = name !== '' && name === previous && line.startsWith('export function')
    previous = name
    if (isOverload) return []
    const doc = docAbove(lines, at)
    if (doc === null) return [`${path}:${at + 1}: ${name} has no docstring directly above it`]
    const words = firstSentence(doc).split(/\s+/).filter(Boolean).length
    if (words === 0) return [`${path}:${at + 1}: the docstring of ${name} says nothing`]
    return words > MOST_WORDS ? [`${path}:${at + 1}: the first sentence on ${name} has ${words} words, more than ${MOST_WORDS}`] : []
  })
}

t.test('every export of edge and control says what it is, first in at most 20 words', async (t) => {
  t.same(sourceFiles(['edge', 'control']).flatMap(exportFaults), [])
})

const faultsOf = (text: string) => exportFaults({ path: 'edge/a.ts', text })

t.test('exports without words are refused, whatever they are', async (t) => {
  const kinds = [
    'const a = 1',
    'function a() {}',
    'async function a() {}',
    'class a {}',
    'interface a {}',
    'type a = 1',
    'abstract class a {}',
  ]
  for (const kind of kinds) t.match(faultsOf(`export ${kind}`), [/edge\/a\.ts:1: a has no docstring/], kind)
  t.equal(faultsOf('/** Far away. */\n\nexport const a = 1').length, 1, 'a blank line parts them')
  t.equal(faultsOf('/* Not a docstring. */\nexport const a = 1').length, 1)
  t.equal(faultsOf('// Not a docstring.\nexport const a = 1').length, 1)
  t.match(faultsOf('/** @throws never */\nexport const a = 1'), [/says nothing/])
})

t.test('a long first sentence is refused, a long docstring is not', async (t) => {
  const words = (count: number) => Array(count).fill('word').join(' ')
  t.match(faultsOf(`/** ${words(21)}. */\nexport const a = 1`), [/21 words, more than 20/])
  t.same(faultsOf(`/**\n * ${words(20)}.\n * ${words(30)}.\n * @param a ${words(9)}\n */\nexport function a() {}`), [])
})

t.test('overloads share one docstring, and re-exports and silenced rules need none of their own', async (t) => {
  t.same(faultsOf('/** Adds. */\nexport function add(a: 1): 1\nexport function add(a: 2): 2'), [])
  t.same(faultsOf("export type { A } from './a.ts'"), [])
  t.same(faultsOf('/**\n * Reads `/a/*`, `/b`.\n */\nexport const a = 1'), [])
  t.same(faultsOf('/** Adds. */\n// biome-ignore lint/x: because\nexport function add() {}'), [])
})
