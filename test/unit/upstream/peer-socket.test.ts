import { join } from 'node:path'
import t from 'tap'
import { openPeerSocket } from '../../../edge/upstream/peer-socket.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { until } from '../../support/until.ts'
import { type RawPlace, startRawOrigin } from './raw-origin.ts'

t.test('a socket goes to an address, to an address in brackets, or to a path', async (t) => {
  const places: RawPlace[] = [{ host: '127.0.0.1' }, { host: '::1' }, { path: join(tempDir(t), 'origin.sock') }]
  for (const place of places) {
    const origin = await startRawOrigin(t, ({ socket }, chunk) => socket.write(chunk.toUpperCase()), place)
    let heard = ''
    const socket = openPeerSocket({ address: origin.address, secure: null }, (chunk) => {
      heard += chunk.toString()
    })
    t.teardown(() => socket.destroy())
    socket.write('hello')
    await until(() => heard === 'HELLO', { what: `an echo from ${origin.address}` })
  }
})

t.test('a name is looked up', async (t) => {
  const origin = await startRawOrigin(t, () => {})
  const socket = openPeerSocket({ address: origin.address.replace('127.0.0.1', 'localhost'), secure: null }, () => {})
  t.teardown(() => socket.destroy())
  socket.on('error', () => {})
  await until(() => origin.connections.length === 1, { what: 'a connection' })
})

t.test('sockets share the memory they read into: what was read is over when the next comes', async (t) => {
  const origin = await startRawOrigin(t, ({ socket }, chunk) => socket.write(chunk))
  const heard: { chunk: Buffer; text: string }[] = []
  for (const text of ['first', 'other']) {
    const socket = openPeerSocket({ address: origin.address, secure: null }, (chunk) => heard.push({ chunk, text: chunk.toString() }))
    t.teardown(() => socket.destroy())
    socket.write(text)
    await until(() => heard.at(-1)?.text === text, { what: `an echo of ${text}` })
  }
  t.equal(heard[0]?.chunk.toString(), 'other')
})
