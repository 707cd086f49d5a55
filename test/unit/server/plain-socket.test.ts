import { connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { PlainSocket } from '../../../edge/server/plain-socket.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'

/** Both ends of a connection: what a server makes of it, paused, and the client. */
async function pair(t: Scope): Promise<{ served: PlainSocket; client: Socket; accepted: () => Promise<number> }> {
  let served: Socket | null = null
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (socket) => {
    served = PlainSocket.of(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => {
    client.destroy()
    served?.destroy()
    server.close()
  })
  const got = (await until(() => served, { what: 'the connection' })) as PlainSocket
  const accepted = () => new Promise<number>((resolve) => server.getConnections((_fault, count) => resolve(count)))
  return { served: got, client, accepted }
}

t.test('what comes is read into one buffer, and goes to the reader', async (t) => {
  const { served, client, accepted } = await pair(t)
  t.ok(served instanceof PlainSocket)
  t.equal(served.remotePort, client.localPort)
  t.equal(await accepted(), 0, 'the server has let go of it')
  const buffers = new Set<ArrayBufferLike>()
  let text = ''
  served.reader = (bytes) => {
    buffers.add(bytes.buffer)
    text += bytes.toString()
  }
  served.on('data', () => t.fail('nothing by events'))
  served.resume()
  for (const part of ['first ', 'second ', 'third']) {
    client.write(part)
    await until(() => text.endsWith(part), { what: part })
  }
  t.equal(text, 'first second third')
  t.equal(buffers.size, 1)
})

t.test('paused, it is not read', async (t) => {
  const { served, client } = await pair(t)
  let bytes = 0
  served.reader = (came) => {
    bytes += came.byteLength
    served.pause()
  }
  served.resume()
  client.write(Buffer.alloc(32_000_000))
  await until(() => bytes > 0, { what: 'the first bytes' })
  await until(() => client.writableLength > 0, { what: 'the client behind' })
  const before = bytes
  await new Promise(setImmediate)
  t.equal(bytes, before)
  served.reader = (came) => {
    bytes += came.byteLength
  }
  served.resume()
  await until(() => bytes === 32_000_000, { what: 'all of it' })
})

t.test('without a reader it is a socket like any other: bytes by events, held back when nobody takes them', async (t) => {
  const { served, client } = await pair(t)
  served.reader = () => t.fail('it has no reader any more')
  served.reader = null
  const chunks: Buffer[] = []
  client.write('one')
  served.on('data', (chunk: Buffer) => chunks.push(chunk))
  served.resume()
  await until(() => chunks.length === 1, { what: 'the first' })
  client.write('two')
  await until(() => chunks.length === 2, { what: 'the second' })
  t.equal(Buffer.concat(chunks).toString(), 'onetwo', 'each with bytes of its own')
})

t.test('both sides end', async (t) => {
  const { served, client } = await pair(t)
  served.reader = () => {}
  let ended = false
  let closed = false
  served.on('end', () => {
    ended = true
    served.end('bye')
  })
  served.on('close', () => {
    closed = true
  })
  served.resume()
  let said = ''
  client.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  client.end('x')
  await until(() => ended && closed && said === 'bye', { what: 'the end' })
})

t.test('what has no handle stays as it is', async (t) => {
  const { client } = await pair(t)
  client.destroy()
  await until(() => client.closed, { what: 'the close' })
  t.equal(PlainSocket.of(client), client)
})
