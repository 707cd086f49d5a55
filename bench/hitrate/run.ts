// Hit ratios of the memory level beside its peers, on traces: npm run bench:hitrate -- --traces DIR

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { SUBJECTS } from './memory.ts'
import { heading, rows } from './tables.ts'
import { readTrace } from './trace.ts'

const USAGE = `npm run bench:hitrate -- [options]: hit ratios beside peers and Belady, one thread, some minutes
  --traces DIR    folder of traces, KEY or KEY SIZE a line, .txt or .txt.gz (environment WEIR_TRACES, else ../shared/data/traces)
  --only REGEX    traces by name (all)
  --no-memory     leave out what a million entries take (needs 3 GB)`

const MAX_TRACES = 200

const { values } = parseArgs({
  allowNegative: true,
  options: {
    traces: { type: 'string', default: process.env.WEIR_TRACES ?? join(import.meta.dirname, '../../../shared/data/traces') },
    only: { type: 'string', default: '' },
    memory: { type: 'boolean', default: true },
    help: { type: 'boolean', default: false },
  },
})

/** Bytes an entry, as a process of its own says. */
function measured(subject: string): number {
  const script = join(import.meta.dirname, 'memory.ts')
  const args = ['--expose-gc', '--max-old-space-size=8192', script, subject]
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }))
}

function printMemory(): void {
  console.log('\n| 1,000,000 entries | bytes an entry |\n|---|---:|')
  const [contents = '', level = '', ...others] = SUBJECTS
  const keys = measured(contents)
  for (const subject of others) console.log(`| ${subject}, beyond the key | ${measured(subject) - keys} |`)
  console.log(`| ${level}, beyond 1,024 bytes of body | ${measured(level) - 1_024} |`)
}

function main(): void {
  if (values.help) return console.log(USAGE)
  if (!existsSync(values.traces)) throw new Error(`there is no folder ${values.traces}; name one with --traces`)
  const only = new RegExp(values.only)
  const files = readdirSync(values.traces).filter((file) => /\.txt(\.gz)?$/.test(file) && only.test(file))
  console.log(heading())
  for (const file of files.sort().slice(0, MAX_TRACES)) {
    for (const row of rows(readTrace(join(values.traces, file)))) console.log(row)
  }
  if (values.memory) printMemory()
}

main()
