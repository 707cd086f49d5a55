// Real processes: whether sockets and pipe arrive is a matter of the system.

import { existsSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { systemTimers } from '../../../../edge/base/system/clock.ts'
import { type StartedSuccessor, startSuccessor } from '../../../../edge/base/system/successor.ts'
import { descriptorOf } from '../../../../edge/server/descriptor.ts'
import { request } from '../../../support/http-client.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import type { Scope } from '../../../support/scope.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { until } from '../../../support/until.ts'

const SUCCESSOR_MODULE = new URL('../../../../edge/base/system/successor.ts', import.meta.url)

const SERVES = `
import { createServer } from 'node:http'
import { sayServing } from '${SUCCESSOR_MODULE}'
const server = createServer((_request, response) => response.end(process.env.GREETING + ' from ' + process.pid))
server.listen({ fd: 3 }, () => sayServing(Number(process.env.WEIR_READY_FD)))
`

/** Starts a program as a successor; ended with the test. */
function start(
  t: Scope,
  source: string,
  parts: { descriptors?: readonly number[]; command?: string; clock?: ManualClock; folder?: string } = {},
) {
  const file = join(parts.folder ?? tempDir(t), 'successor.mjs')
  writeFileSync(file, source)
  const recipe = { command: parts.command ?? process.execPath, args: [file], environment: { ...process.env }, deadlineMs: 20_000 }
  const successor = startSuccessor(recipe, parts.descriptors ?? [], { GREETING: 'hello' }, parts.clock ?? systemTimers)
  t.teardown(() => lives(successor) && process.kill(successor.pid, 'SIGKILL'))
  return successor
}

function lives({ pid }: StartedSuccessor): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

async function listening(t: Scope): Promise<{ server: Server; port: number; fd: number }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  return { server, port: (server.address() as { port: number }).port, fd: descriptorOf(server)! }
}

t.test('a successor has our socket, and serves on when we have closed it', async (t) => {
  const { server, port, fd } = await listening(t)
  const successor = start(t, SERVES, { descriptors: [fd] })
  t.equal(await successor.serving, null)
  await new Promise((resolve) => server.close(resolve))
  t.equal((await request({ port })).text, `hello from ${successor.pid}`)
  successor.end()
  t.equal((await request({ port })).text, `hello from ${successor.pid}`, 'who serves is not ended any more')
})

t.test('one that ends before it serves says how', async (t) => {
  t.equal(await start(t, 'process.exit(3)').serving, 'it ended with exit code 3')
  t.equal(await start(t, 'process.kill(process.pid, "SIGKILL")').serving, 'it was ended by SIGKILL')
})

t.test('one that cannot be started says so', async (t) => {
  t.match(await start(t, '', { command: '/nowhere/node' }).serving, /^it could not be started: .*ENOENT/)
})

const WAITS = 'setInterval(() => {}, 1000)'

t.test('one that does not serve in time is ended, by force if need be', async (t) => {
  const clock = new ManualClock()
  const folder = tempDir(t)
  const source = `import { writeFileSync } from 'node:fs'; process.on('SIGTERM', () => {}); writeFileSync('${join(folder, 'up')}', ''); ${WAITS}`
  const stubborn = start(t, source, { clock, folder })
  await until(() => existsSync(join(folder, 'up')), { what: 'the successor to heed no SIGTERM' })
  clock.advance(20_000)
  t.equal(await stubborn.serving, 'it did not serve within 20000 ms')
  t.ok(lives(stubborn))
  clock.advance(5_000)
  await until(() => !lives(stubborn), { what: 'the successor to be gone' })
  t.equal(clock.pending, 0)
})

t.test('one that is not wanted any more is ended', async (t) => {
  const successor = start(t, WAITS)
  successor.end()
  successor.end()
  t.equal(await successor.serving, 'it was not wanted any more')
  await until(() => !lives(successor), { what: 'the successor to be gone' })
})
