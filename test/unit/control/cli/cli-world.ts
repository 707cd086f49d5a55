import type { Surroundings } from '../../../../control/cli/command.ts'
import { COMMANDS } from '../../../../control/cli/main.ts'
import { runCommand } from '../../../../control/cli/run-command.ts'
import { type Control, startControl } from '../../../../control/control.ts'
import type { Files } from '../../../../edge/base/ports.ts'
import { systemTimers } from '../../../../edge/base/system/clock.ts'
import { systemFiles } from '../../../../edge/base/system/files.ts'
import { type ControlBootstrap, ControlBootstrapSchema } from '../../../../edge/contract/bootstrap.ts'
import { validate } from '../../../../edge/contract/validate.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { RecordingLog } from '../../../support/recording-log.ts'
import { RecordingMetrics } from '../../../support/recording-metrics.ts'
import type { Scope } from '../../../support/scope.ts'
import { SeededRandom } from '../../../support/seeded-random.ts'
import { tempDir } from '../../../support/temp-dir.ts'

/** A site with one of everything that commands talk about. */
export const SITE = {
  pools: { app: { peers: [{ address: '127.0.0.1:3000' }] } },
  limits: { 'per-client': { rate: '100/s' } },
  fallbacks: { resting: { body: 'resting' } },
  routes: { page: { pool: 'app', limits: ['per-client'], degrade: { fallback: 'resting' } } },
}

/** What a command line came to. */
export interface CliRun {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A command line in a test: files from a map, time by hand, and whatever it writes captured. */
export class CliWorld {
  readonly files = new Map<string, string>()
  readonly env: Record<string, string> = {}
  readonly clock = new ManualClock()
  /** The signal that ends commands which run until one comes; there from the beginning. */
  stopped: Promise<string> = Promise.resolve('SIGTERM')

  /** Runs `weir …words`. */
  async run(...words: string[]): Promise<CliRun> {
    const [out, err]: [string[], string[]] = [[], []]
    const world: Surroundings = {
      terminal: { out: (line) => out.push(line), err: (line) => err.push(line), columns: 80, interactive: false, draw: () => {} },
      clock: this.clock,
      timers: systemTimers,
      files: this.#files(),
      env: this.env,
      hold: () => () => {},
      untilStopped: () => this.stopped,
    }
    const code = await runCommand(words, COMMANDS, world)
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  #files(): Files {
    return {
      read: async (path) => this.files.get(path) ?? null,
      writeAtomic: async (path, text) => {
        this.files.set(path, text)
      },
      watch: () => () => {},
    }
  }
}

/** A command line beside a real control plane that has SITE as revision 1, in the file `site.json`. */
export async function startCli(t: Scope): Promise<CliWorld & { readonly control: Control }> {
  const world = new CliWorld()
  const folder = tempDir(t)
  world.files.set('site.json', JSON.stringify(SITE))
  await systemFiles.writeAtomic(`${folder}/site.json`, JSON.stringify(SITE))
  const read = validate(ControlBootstrapSchema, { listen: '127.0.0.1:0', stateDir: `${folder}/state`, site: `${folder}/site.json` })
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  const control = await startControl(read.value as ControlBootstrap, {
    clock: world.clock,
    timers: systemTimers,
    random: new SeededRandom(),
    log: new RecordingLog(),
    files: systemFiles,
    metrics: new RecordingMetrics(),
    exposition: () => '',
  })
  t.teardown(() => control.close())
  world.files.set('.weir/credentials.json', JSON.stringify({ url: control.url, token: control.firstToken }))
  return Object.assign(world, { control })
}
