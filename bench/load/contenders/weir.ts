import { join } from 'node:path'
import type { BenchCase, Contender } from '../contender.ts'
import { startProcess, untilReady } from '../process.ts'

const BIN = join(import.meta.dirname, '../../../bin/weir.js')
const NEVER_REACHED = ['--limit', '1000000/s']

/** The edge in quick mode. Redis stays configured for memory hits, as it is beside every other cache here. */
export const weir: Contender = {
  name: 'weir',
  label: 'Weir',
  cases: ['hit-l1', 'hit-l2', 'pass', 'limited'],
  async start({ benchCase, rig, folder, port, weirFlags }) {
    const listen = `127.0.0.1:${port}`
    const base = ['proxy', '--to', rig.originUrl, '--listen', listen, '--workers', '1', '--admin', 'off']
    const command = [process.execPath, BIN, ...base, ...caseFlags(benchCase, rig.redisUrl), ...weirFlags]
    const edge = await startProcess(command, join(folder, 'weir.log'))
    await untilReady(edge, () => edge.output().includes('weir: listening on'))
    return { url: `http://${listen}`, process: edge }
  },
}

function caseFlags(benchCase: BenchCase, redisUrl: string): readonly string[] {
  switch (benchCase) {
    case 'hit-l1':
      return ['--l1', '64MB', '--redis', redisUrl, ...NEVER_REACHED]
    case 'hit-l2':
      return ['--l1', 'off', '--redis', redisUrl, ...NEVER_REACHED]
    case 'pass':
      return ['--no-cache', ...NEVER_REACHED]
    case 'limited':
      return ['--no-cache', '--limit', '1/s']
  }
}
