import { existsSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import type { ListenPlace } from '../../../edge/server/listen-place.ts'
import { type ListeningSocket, openListeningSocket } from '../../../edge/server/listening-socket.ts'
import { RecordingLog } from '../../support/recording-log.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { rawClient } from './raw-client.ts'

const ALONE: ListenPlace = { listener: 0, port: null, fd: null, sharing: 'alone' }

/** Listens; connections are greeted with the name. */
async function open(t: Scope, address: string, place: Partial<ListenPlace> = {}, name = 'hello') {
  const taken: Socket[] = []
  const take = (socket: Socket) => {
    taken.push(socket)
    socket.on('error', () => {})
    socket.write(name)
  }
  const listening = await openListeningSocket(address, { ...ALONE, ...place }, take, new RecordingLog())
  t.teardown(async () => {
    for (const socket of taken) socket.destroy()
    await listening.close()
  })
  return { ...listening, taken }
}

const refused = (port: number) =>
  new Promise<string>((resolve) => {
    connect(port, '127.0.0.1')
      .on('error', (cause: NodeJS.ErrnoException) => resolve(cause.code ?? 'error'))
      .on('connect', () => resolve('connected'))
  })

t.test('it takes connections paused, so that none of their bytes is lost before somebody reads', async (t) => {
  const { bound, taken } = await open(t, '127.0.0.1:0', { listener: 3 })
  t.equal(bound.listener, 3)
  t.type(bound.fd, 'number', 'to be handed to the process that comes after')
  const client = await rawClient(t, bound.port)
  await client.waitFor(/hello/)
  const [socket] = taken as [Socket]
  t.equal(socket.isPaused(), true)
  t.equal(socket.allowHalfOpen, true, 'who has closed its side may still be answered')
  client.send('first')
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk
  })
  socket.resume()
  await until(() => text === 'first', { what: 'what it sent' })
})

t.test('once closed it takes no more; what it took lives on', async (t) => {
  const { bound, close } = await open(t, '127.0.0.1:0')
  const client = await rawClient(t, bound.port)
  await client.waitFor(/hello/)
  await close()
  t.equal(await refused(bound.port), 'ECONNREFUSED')
  t.equal(client.end, 'open')
  await close()
})

t.test('what cannot be listened at is LISTEN_FAILED, with the reason', async (t) => {
  const { bound } = await open(t, '127.0.0.1:0')
  const fails = (address: string, place: Partial<ListenPlace> = {}): Promise<ListeningSocket> =>
    openListeningSocket(address, { ...ALONE, ...place }, () => {}, new RecordingLog())
  const taken = `127.0.0.1:${bound.port}`
  await t.rejects(fails(taken), { code: 'LISTEN_FAILED', detail: { listen: taken, reason: 'EADDRINUSE' } })
  await t.rejects(fails('192.0.2.1:0'), { code: 'LISTEN_FAILED', detail: { reason: 'EADDRNOTAVAIL' } })
  await t.rejects(fails('unix:/nowhere/at/all.sock'), { code: 'LISTEN_FAILED' })
})

t.test('siblings share a port, which the first one found', async (t) => {
  const first = await open(t, '127.0.0.1:0', { sharing: 'shared' })
  const second = await open(t, '127.0.0.1:0', { sharing: 'shared', port: first.bound.port })
  t.equal(second.bound.port, first.bound.port)
  await first.close()
  const client = await rawClient(t, second.bound.port)
  await client.waitFor(/hello/)
})

t.test('a Unix socket has no port', async (t) => {
  const path = join(tempDir(t), 'edge.sock')
  const { bound } = await open(t, `unix:${path}`)
  t.equal(bound.port, 0)
  t.ok(existsSync(path))
  let text = ''
  const socket = connect(path).on('data', (chunk: Buffer) => {
    text += chunk
  })
  t.teardown(() => socket.destroy())
  await until(() => text === 'hello', { what: 'the greeting' })
})
