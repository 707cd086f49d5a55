import { createServer } from 'node:net'
import t from 'tap'
import { connectFault, listenFault } from '../../../../control/cli/preflight.ts'
import { systemTimers } from '../../../../edge/base/system/clock.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { startOrigin } from '../../../support/origin.ts'

t.test('a port that somebody listens on is taken, a free one is not', async (t) => {
  const origin = await startOrigin(t)
  t.equal(await listenFault(`127.0.0.1:${origin.port}`), 'is taken by another program')
  await origin.close()
  t.equal(await listenFault(`127.0.0.1:${origin.port}`), null)
  t.equal(await listenFault('127.0.0.1:0'), null)
  t.equal(await listenFault('unix:/tmp/weir-test.sock'), null)
})

t.test('a port that is shared by reusePort is taken too', async (t) => {
  const server = createServer()
  t.teardown(() => server.close())
  await new Promise<void>((resolve) => server.listen({ port: 0, host: '127.0.0.1', reusePort: true }, resolve))
  const { port } = server.address() as { port: number }
  t.equal(await listenFault(`127.0.0.1:${port}`), 'is taken by another program')
})

t.test('an address of another machine cannot be listened on', async (t) => {
  t.equal(await listenFault('192.0.2.1:0'), 'is not an address of this machine')
})

t.test('who answers is reachable, who does not says why', async (t) => {
  const origin = await startOrigin(t)
  t.equal(await connectFault(origin.url, systemTimers), null)
  await origin.close()
  t.equal(await connectFault(`redis://user:secret@127.0.0.1:${origin.port}/0`, systemTimers), 'connection refused')
})

t.test('a connection that does not come about is given up after a while', async (t) => {
  const origin = await startOrigin(t)
  const clock = new ManualClock()
  const fault = connectFault(origin.url, clock)
  clock.advance(2_000)
  t.equal(await fault, 'no connection within 2000 ms')
})
