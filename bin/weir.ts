// The process of every `weir` command: picks the plane that the verb belongs to, and turns whatever escapes it into one sentence.

import { faultSentence } from '../control/cli/fault-sentence.ts'
import type { OpenEndpointWatch } from '../edge/base/endpoint-watch.ts'

/** Verbs of the data plane; every other verb is a command of the control plane's program. */
const EDGE_VERBS: ReadonlySet<string> = new Set(['edge', 'proxy'])

/** A main: takes the arguments after `weir`, verb included, and gives the exit code once all is over. */
type Main = (argv: readonly string[]) => Promise<number>

async function mainOf(verb: string | undefined): Promise<Main> {
  if (verb !== undefined && EDGE_VERBS.has(verb)) {
    const { main } = await import('../edge/main.ts')
    return (argv) => main(argv, openDiscovery)
  }
  return (await import('../control/cli/main.ts')).main
}

// Few edges discover by themselves: for the others nothing of it is loaded.
const openDiscovery: OpenEndpointWatch = async (...asked) =>
  (await import('../control/discovery/edge-discovery.ts')).openEdgeDiscovery(...asked)

function fail(thrown: unknown): void {
  process.stderr.write(`weir: ${faultSentence(thrown)}\n`)
  if (process.env.WEIR_DEBUG === '1' && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`)
  process.exitCode = 1
}

// A reader that has seen enough (`weir audit | head`) closes the pipe; there is nobody left to tell about it.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EPIPE') throw cause
  })
}
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (thrown: unknown) => {
    fail(thrown)
    // What state things are in is unknown now, so nothing may go on.
    process.exit(1)
  })
}

const argv = process.argv.slice(2)
mainOf(argv[0])
  .then((main) => main(argv))
  .then((code) => {
    process.exitCode = code
  })
  .catch(fail)
