import { fstatSync } from 'node:fs'
import { createServer } from 'node:net'
import t from 'tap'
import { descriptorOf } from '../../../edge/server/descriptor.ts'

t.test('a server that listens has a descriptor, which is a socket; before and afterwards it has none', async (t) => {
  const server = createServer()
  t.equal(descriptorOf(server), null)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fd = descriptorOf(server)
  t.ok(fd !== null && fstatSync(fd).isSocket())
  await new Promise((resolve) => server.close(resolve))
  t.equal(descriptorOf(server), null)
})
