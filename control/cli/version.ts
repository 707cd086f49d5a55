// `weir version`: which Weir, on which Node.

import packageFile from '../../package.json' with { type: 'json' }
import { EXIT } from './cli-error.ts'
import type { Command } from './command.ts'
import { refuseArgs } from './flags.ts'
import { report } from './report.ts'

/** The command `version`. */
export const version: Command = {
  name: 'version',
  summary: 'say which Weir this is',
  usage: ['version'],
  flags: {},
  examples: [],
  async run(call) {
    refuseArgs('version', call.args)
    const node = process.version
    report(call, { weir: packageFile.version, node }, [`weir ${packageFile.version} on Node ${node}`])
    return EXIT.done
  },
}
