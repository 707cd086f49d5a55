// The load bench: each round starts every contender anew for every case, one at a time, and the next round begins with another
// one, so that what the machine does meanwhile meets them all alike. Nothing outside loopback is asked once set up.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchCase, CASES } from './cases.ts'
import type { Contender, Timing } from './contender.ts'
import { nginxCache, nginxLua } from './contenders/nginx.ts'
import { fastifyHttpProxy, httpProxy, httpProxyKeepAlive } from './contenders/node-peers.ts'
import { weir, weirManyRoutes, weirOneWorker, weirTenRoutes, weirTwoWorkers } from './contenders/weir.ts'
import { describeMachine } from './machine.ts'
import { measure } from './measure.ts'
import { type Options, readOptions, USAGE } from './options.ts'
import { isEnding, stopAll } from './process.ts'
import { report } from './report.ts'
import { type Rig, startRig } from './rig.ts'
import type { Sample } from './sample.ts'
import { writeSection } from './section.ts'

/** Every contender in the order of the tables; the first of a case that nginx + Lua is not in is what its ratios are taken beside. */
const CONTENDERS: readonly Contender[] = [
  ...[weir, nginxLua, nginxCache, httpProxyKeepAlive, httpProxy, fastifyHttpProxy],
  ...[weirTenRoutes, weirManyRoutes],
  ...[weirOneWorker, weirTwoWorkers],
]

// A proof that fails once may be the machine's doing, and says so on the page; twice, it is the contender's.
const ATTEMPTS = 2

/** Samples taken, and by contender and case the sentences that say why a run was taken again, or given up. */
interface Outcome {
  readonly samples: Sample[]
  readonly retaken: [title: string, why: string][]
  readonly failures: Map<string, string>
}

async function takeSamples(options: Options, rig: Rig, folder: string): Promise<Outcome> {
  const outcome: Outcome = { samples: [], retaken: [], failures: new Map() }
  for (let round = 1; round <= options.rounds; round++) {
    for (const benchCase of options.cases) {
      for (const contender of inTurn(contendersOf(options, benchCase), round)) {
        if (outcome.failures.has(`${contender.name} ${benchCase}`)) continue
        const own = join(folder, `${round}-${benchCase}-${contender.name}`)
        await takeSample(contender, { ...options, benchCase, rig, round, folder: own }, outcome)
      }
    }
  }
  return outcome
}

async function takeSample(contender: Contender, timing: Timing, { samples, retaken, failures }: Outcome): Promise<void> {
  const title = `${contender.name} ${timing.benchCase}`
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const sample = await measure(contender, timing)
      samples.push(sample)
      console.error(`round ${timing.round}, ${title}: ${summary(sample)}`)
      return
    } catch (cause) {
      // What an interrupt broke is no failure of a contender, and half a result is not written down.
      if (isEnding()) throw cause
      const why = (cause as Error).message
      console.error(`round ${timing.round}, ${title} FAILED: ${why}`)
      if (attempt < ATTEMPTS) retaken.push([`${title}, round ${timing.round}`, why])
      else failures.set(title, why)
    } finally {
      rmSync(timing.folder, { recursive: true, force: true })
    }
  }
}

function contendersOf(options: Options, benchCase: BenchCase): readonly Contender[] {
  return CONTENDERS.filter(({ name, cases }) => options.only.includes(name) && cases.includes(benchCase))
}

// Another contender begins each round, so that none always runs on the machine another has just warmed.
function inTurn(contenders: readonly Contender[], round: number): readonly Contender[] {
  return contenders.map((_contender, i) => contenders[(i + round - 1) % contenders.length]!)
}

function summary({ figures: { cpuUs, requestsPerSecond, bytesPerConnection } }: Sample): string {
  if (bytesPerConnection !== undefined) return `${Math.round(bytesPerConnection)} bytes per connection`
  return `${cpuUs?.toFixed(1)} µs, ${Math.round(requestsPerSecond ?? 0)}/s`
}

function pageText(options: Options, { samples, retaken, failures }: Outcome): string {
  // A cell some of whose rounds failed would compare fewer, luckier rounds.
  const whole = samples.filter(({ contender, benchCase }) => !failures.has(`${contender} ${benchCase}`))
  const shown = CONTENDERS.filter(({ name }) => options.only.includes(name))
  const log = options.accessLog === 'off' ? 'off everywhere' : 'one JSON line per request, of the edge and of nginx'
  return [
    `${describeMachine()}`,
    `Median (least–greatest) of ${options.rounds} interleaved rounds of ${options.seconds} s after ${options.warmupSeconds} s of warm-up; ` +
      `${options.connections} idle connections; access log ${log}.`,
    '',
    report(whole, { cases: options.cases, contenders: shown, peer: nginxLua.name }),
    ...options.cases.map((benchCase) => `- \`${benchCase}\`: ${CASES[benchCase].sentence}`),
    ...retaken.map(([title, why]) => `- taken a second time: ${title}: ${onOneLine(why)}`),
    ...[...failures].map(([title, why]) => `- **${title} failed**: ${onOneLine(why)}`),
  ].join('\n')
}

function onOneLine(text: string): string {
  return text.replaceAll('\n', ' / ')
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
    const text = pageText(options, outcome)
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
