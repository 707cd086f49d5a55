import t from 'tap'
import { type SourceFile, sourceFiles } from './source-tree.ts'

const MOST_LINES = 400
const LINES_WITHOUT_REASON = 300
// A reason stands in the header, where a reader meets it before the code.
const HEADER_LINES = 15
const MEDIAN_LINES = 110
const P90_LINES = 200
// Below this many files one long file says nothing about the rest.
const ENOUGH_FILES = 40

function linesIn({ text }: SourceFile): number {
  return text.replace(/\n$/, '').split('\n').length
}

function sizeFault(file: SourceFile): string | null {
  const lines = linesIn(file)
  if (lines > MOST_LINES) return `${file.path} has ${lines} lines; ${MOST_LINES} is the end`
  const header = file.text.split('\n').slice(0, HEADER_LINES)
  const hasReason = header.some((line) => /^\s*(?:\/\/|\*) size: \S+ \S+/.test(line))
  if (lines <= LINES_WITHOUT_REASON || hasReason) return null
  return `${file.path} has ${lines} lines; above ${LINES_WITHOUT_REASON} its header says why: // size: …`
}

/** The size that the given part (0..1) of the files stays within. */
function quantile(sizes: readonly number[], part: number): number {
  const sorted = [...sizes].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0
}

function spreadFaults(files: readonly SourceFile[]): string[] {
  if (files.length <= ENOUGH_FILES) return []
  const sizes = files.map(linesIn)
  const [median, p90] = [quantile(sizes, 0.5), quantile(sizes, 0.9)]
  const faults = []
  if (median > MEDIAN_LINES) faults.push(`the median file has ${median} lines, more than ${MEDIAN_LINES}`)
  if (p90 > P90_LINES) faults.push(`a tenth of the files have ${p90} lines or more; ${P90_LINES} is the end`)
  return faults
}

t.test('no source file is longer than 400 lines, and none longer than 300 without its reason', async (t) => {
  const files = sourceFiles(['edge', 'control', 'bin', 'demo', 'bench', 'test'])
  t.same(files.map(sizeFault).filter(Boolean), [])
})

t.test('half of the files stay within 110 lines, nine tenths within 200', async (t) => {
  t.same(spreadFaults(sourceFiles(['edge', 'control'])), [])
})

const fileOf = (lines: number, header = '') => ({ path: 'edge/a.ts', text: `${header}\n`.repeat(lines) })

t.test('too long a file is refused, a reason counts up to 400 lines', async (t) => {
  const reason = '// size: one table, read as a whole'
  t.equal(sizeFault(fileOf(300)), null)
  t.match(sizeFault(fileOf(301)), /301 lines; above 300 its header says why/)
  t.equal(sizeFault(fileOf(301, reason)), null)
  t.equal(sizeFault(fileOf(400, reason)), null)
  t.match(sizeFault(fileOf(401, reason)), /401 lines; 400 is the end/)
  t.match(sizeFault({ path: 'edge/a.ts', text: `${'\n'.repeat(350)}${reason}\n` }), /header/, 'a reason at the end is no header')
})

t.test('a spread that has grown is refused once there are enough files', async (t) => {
  const files = (sizes: readonly number[]) => sizes.map((lines) => fileOf(lines))
  t.same(spreadFaults(files(Array(40).fill(250))), [])
  t.same(spreadFaults(files(Array(41).fill(110))), [])
  t.match(spreadFaults(files(Array(41).fill(111))), [/median file has 111/])
  t.match(spreadFaults(files([...Array(36).fill(50), ...Array(5).fill(201)])), [/201 lines or more/])
})
