// The load bench: each round starts every contender anew for every case, one at a time, and the next round begins with another
// one, so that what the machine does meanwhile meets them all alike. Nothing outside loopback is asked once set up.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CASES, type Contender } from './contender.ts'
import { nginxCache, nginxLua } from './contenders/nginx.ts'
import { fastifyHttpProxy, httpProxy } from './contenders/node-peers.ts'
import { weir } from './contenders/weir.ts'
import { describeMachine } from './machine.ts'
import { measure, type Sample } from './measure.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { isEnding, stopAll } from './process.ts'
import { type Rig, startRig } from './rig.ts'
import { writeSection } from './section.ts'
import { tables } from './table.ts'

const CONTENDERS: readonly Contender[] = [weir, nginxLua, nginxCache, httpProxy, fastifyHttpProxy]

/** Samples taken, and for each contender and case that failed the sentence that says why. */
interface Outcome {
  readonly samples: Sample[]
  readonly failures: Map<string, string>
}

async function takeSamples(options: Options, rig: Rig, folder: string): Promise<Outcome> {
  const outcome: Outcome = { samples: [], failures: new Map() }
  const chosen = CONTENDERS.filter(({ name }) => options.only.includes(name))
  for (let round = 1; round <= options.rounds; round++) {
    // Another contender begins each round, so that none always runs on the machine another has just warmed.
    const order = chosen.map((_contender, i) => chosen[(i + round - 1) % chosen.length]!)
    for (const benchCase of options.cases) {
      for (const contender of order.filter(({ cases }) => cases.includes(benchCase))) {
        const title = `${contender.name} ${benchCase}`
        if (outcome.failures.has(title)) continue
        const own = join(folder, `${round}-${benchCase}-${contender.name}`)
        try {
          const sample = await measure(contender, { ...options, benchCase, rig, round, folder: own })
          outcome.samples.push(sample)
          console.error(`${round}/${options.rounds} ${title}: ${sample.cpuUs.toFixed(1)} µs, ${Math.round(sample.requestsPerSecond)}/s`)
        } catch (cause) {
          // What an interrupt broke is no failure of a contender, and half a result is not written down.
          if (isEnding()) throw cause
          outcome.failures.set(title, (cause as Error).message)
          console.error(`${round}/${options.rounds} ${title} FAILED: ${(cause as Error).message}`)
        }
        rmSync(own, { recursive: true, force: true })
      }
    }
  }
  return outcome
}

function report(options: Options, { samples, failures }: Outcome): string {
  // A cell some of whose rounds failed would compare fewer, luckier rounds.
  const whole = samples.filter(({ contender, benchCase }) => !failures.has(`${contender} ${benchCase}`))
  const shown = CONTENDERS.filter(({ name }) => options.only.includes(name))
  const log = options.accessLog === 'off' ? 'off' : 'one JSON line per request'
  return [
    `${describeMachine()}`,
    `Median (least–greatest) of ${options.rounds} interleaved rounds of ${options.seconds} s after ${options.warmupSeconds} s of warm-up; access log of nginx: ${log}.`,
    '',
    tables(whole, { cases: options.cases, contenders: shown, reference: nginxLua }),
    ...options.cases.map((benchCase) => `- \`${benchCase}\`: ${CASES[benchCase]}`),
    ...[...failures].map(([title, why]) => `- **${title} failed**: ${why.replaceAll('\n', ' / ')}`),
  ].join('\n')
}

async function main(): Promise<number> {
  const names = CONTENDERS.map(({ name }) => name)
  const options = readOptions(process.argv.slice(2), names)
  if (options === 'help') {
    console.log(`${USAGE}\ncontenders: ${names.join(', ')}`)
    return 0
  }
  if (options.setup === 'run') execFileSync(join(import.meta.dirname, 'setup.sh'), { stdio: ['ignore', 2, 2] })
  const folder = mkdtempSync(join(tmpdir(), 'weir-bench-'))
  const stop = async () => {
    await stopAll()
    rmSync(folder, { recursive: true, force: true })
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop().finally(() => process.exit(130)))
  try {
    const outcome = await takeSamples(options, await startRig(folder), folder)
    const text = report(options, outcome)
    console.log(text)
    if (outcome.failures.size > 0) {
      console.error('bench: not every run was sound, so no page was changed')
      return 1
    }
    if (options.outFile) writeSection(options.outFile, text)
    return 0
  } finally {
    await stop()
  }
}

try {
  process.exitCode = await main()
} catch (cause) {
  console.error(`bench: ${(cause as Error).message}`)
  process.exitCode = 2
}
