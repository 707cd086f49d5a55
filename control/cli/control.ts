// `weir control --config FILE`: a control plane in this process, until a signal ends it.

import { dirname, resolve } from 'node:path'
import { readBootstrap } from '../../edge/contract/read-site.ts'
import { startControl } from '../control.ts'
import { EXIT, refusal, usageError } from './cli-error.ts'
import type { Command } from './command.ts'
import { controlPorts } from './control-ports.ts'
import { readNamedFile } from './named-file.ts'
import { counted, problemLines } from './report.ts'
import { startFault } from './start-fault.ts'

/** The command `control`. */
export const control: Command = {
  name: 'control',
  summary: 'run a control plane, with API and console',
  usage: ['control --config FILE'],
  flags: { config: { value: 'FILE', help: 'its bootstrap, see conf/examples/control.yaml' } },
  examples: ['control --config conf/examples/control.yaml'],
  async run(call) {
    const file = call.flags.text('config')
    if (file === undefined || call.args.length > 0) throw usageError('control takes its bootstrap file: weir control --config FILE')
    const reading = readBootstrap('control', await readNamedFile(call, file))
    if (!reading.ok) {
      for (const line of problemLines(file, reading.problems)) call.terminal.err(line)
      throw refusal(`${file} has ${counted(reading.problems.length, 'problem')}`, reading.problems)
    }
    const { site, ...rest } = reading.bootstrap
    // Files named in a file are named from where it stands.
    const bootstrap = site === undefined ? rest : { ...rest, site: resolve(dirname(file), site) }
    const stopped = call.untilStopped()
    const { ports, flushLog } = controlPorts('stderr')
    const running = await startControl(bootstrap, ports).catch((cause: unknown) => {
      throw startFault(cause, { file, member: 'listen' })
    })
    call.terminal.out(`weir: control plane and console on ${running.url}`)
    if (running.firstToken !== null) call.terminal.out(`weir: the first admin token, shown this once: ${running.firstToken}`)
    if (running.firstEdgeToken !== null) call.terminal.out(`weir: the first edge token, shown this once: ${running.firstEdgeToken}`)
    await stopped
    await running.close()
    flushLog()
    return EXIT.done
  },
}
