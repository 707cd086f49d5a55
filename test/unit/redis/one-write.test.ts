import { connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { oneWrite } from '../../../edge/redis/one-write.ts'
import { until } from '../../support/until.ts'

t.test('what one turn of the loop writes leaves together and in order, and the next turn writes again', async (t) => {
  const got: Buffer[] = []
  const server = createServer((socket) => socket.on('data', (bytes: Buffer) => got.push(bytes)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const socket: Socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  t.teardown(() => {
    socket.destroy()
    server.close()
  })
  await new Promise((resolve) => socket.once('connect', resolve))

  const write = (text: string) => {
    oneWrite(socket)
    socket.write(text)
  }
  for (let i = 0; i < 10; i++) write(`${i}`)
  t.equal(socket.writableCorked, 1, 'held back once, however many there are')
  t.equal(socket.writableLength, 10)
  const written = () => Buffer.concat(got).toString()
  await until(() => written() === '0123456789', { what: 'the ten' })
  t.equal(socket.writableCorked, 0)
  write('x')
  await until(() => written() === '0123456789x', { what: 'the next' })
})
