import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { listenAt } from '../../../edge/server/listen-at.ts'
import type { Scope } from '../../support/scope.ts'
import { tempDir } from '../../support/temp-dir.ts'

const ALONE = { port: null, fd: null, sharing: 'alone' } as const
const SHARED = { ...ALONE, sharing: 'shared' } as const

function create(t: Scope) {
  const server = createServer()
  t.teardown(() => server.close())
  return server
}

t.test('any free port is found, and shared by who may', async (t) => {
  const { port, fd } = await listenAt(create(t), '127.0.0.1:0', SHARED)
  t.ok(port > 0)
  t.type(fd, 'number')
  const beside = await listenAt(create(t), '127.0.0.1:0', { ...SHARED, port })
  t.equal(beside.port, port)
  t.not(beside.fd, fd)
  await t.rejects(listenAt(create(t), '127.0.0.1:0', { ...ALONE, port }), {
    code: 'LISTEN_FAILED',
    detail: { listen: '127.0.0.1:0', reason: 'EADDRINUSE' },
  })
})

t.test('a Unix socket has a name, no port', async (t) => {
  const path = join(tempDir(t), 'a.sock')
  t.match(await listenAt(create(t), `unix:${path}`, ALONE), { port: 0, fd: Number })
  t.ok(existsSync(path))
  await t.rejects(listenAt(create(t), 'unix:/no/such/folder/a.sock', ALONE), { code: 'LISTEN_FAILED', detail: { reason: /^E/ } })
})

t.test('a descriptor that is no socket, or none at all, is a fault', async (t) => {
  await t.rejects(listenAt(create(t), '127.0.0.1:0', { ...ALONE, fd: 9_999 }), { code: 'LISTEN_FAILED' })
  await t.rejects(listenAt(create(t), 'fd:web', ALONE), { code: 'LISTEN_FAILED', detail: { listen: 'fd:web' } })
})
