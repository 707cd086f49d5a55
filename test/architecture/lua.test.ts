import t from 'tap'
import { type SourceFile, sourceFiles } from './source-tree.ts'

const MOST_LINES = 60

/** Numbers n of each `NAME[n]` in a text, once, in order. */
function slots(text: string, name: 'KEYS' | 'ARGV'): number[] {
  const found = [...text.matchAll(new RegExp(`\\b${name}\\[(\\d+)\\]`, 'g'))].map((match) => Number(match[1]))
  return [...new Set(found)].sort((a, b) => a - b)
}

/** A script whose keys or arguments are counted at run time says `KEYS[…]` or `ARGV[…]` with three dots in its header. */
function isOpenEnded(header: string, name: 'KEYS' | 'ARGV'): boolean {
  return new RegExp(`\\b${name}\\[(?:\\d+)?(?:\\.\\.\\.?|…)`).test(header)
}

function scriptFaults({ path, text }: SourceFile): string[] {
  const lines = text.replace(/\n$/, '').split('\n')
  const firstCode = lines.findIndex((line) => !line.startsWith('--') && line.trim() !== '')
  const headerLines = firstCode === -1 ? lines.length : firstCode
  const header = lines.slice(0, headerLines).join('\n')
  const code = lines
    .slice(headerLines)
    .map((line) => line.replace(/--.*$/, ''))
    .join('\n')
  const faults = []
  if (lines.length > MOST_LINES) faults.push(`${path} has ${lines.length} lines, more than ${MOST_LINES}`)
  for (const word of ['returns', 'cost']) {
    if (!new RegExp(`^--\\s*${word}\\b`, 'im').test(header)) faults.push(`${path}: the header does not say its ${word}`)
  }
  for (const name of ['KEYS', 'ARGV'] as const) {
    if (isOpenEnded(header, name)) continue
    const [said, used] = [slots(header, name).join(), slots(code, name).join()]
    if (said !== used) faults.push(`${path}: the header lists ${name} ${said || 'none'}, the code uses ${used || 'none'}`)
  }
  return faults
}

t.test('every Redis script is short and its header agrees with its code', async (t) => {
  t.same(sourceFiles(['lua'], '.lua').flatMap(scriptFaults), [])
})

const HEADER = '-- Takes one.\n-- KEYS[1]  the counter\n-- ARGV[1]  units, integer\n-- returns  1 taken | 0 not\n-- cost  O(1), one write\n'
const faultsOf = (text: string) => scriptFaults({ path: 'lua/a.lua', text })

t.test('a script that keeps to its header is let through', async (t) => {
  t.same(faultsOf(`${HEADER}\nreturn redis.call('INCRBY', KEYS[1], ARGV[1]) -- never KEYS[2]\n`), [])
  t.same(faultsOf(HEADER.replace('KEYS[1]', 'KEYS[…]').concat('return redis.call("DEL", unpack(KEYS)) + ARGV[1]\n')), [])
})

t.test('a header that says more or less than the code is refused', async (t) => {
  t.match(faultsOf(`${HEADER}return KEYS[1] .. KEYS[2] .. ARGV[1]`), [/lists KEYS 1, the code uses 1,2/])
  t.match(faultsOf(`${HEADER}return KEYS[1]`), [/lists ARGV 1, the code uses none/])
  t.match(faultsOf('return KEYS[1]'), [/returns/, /cost/, /lists KEYS none, the code uses 1/])
  t.match(faultsOf(`${HEADER}local a = KEYS[1] .. ARGV[1]\n${'a = a\n'.repeat(55)}`), [/61 lines, more than 60/])
})
