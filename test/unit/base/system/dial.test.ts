import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { LineStream } from '../../../../edge/base/ports.ts'
import { systemDial } from '../../../../edge/base/system/dial.ts'
import type { Scope } from '../../../support/scope.ts'
import { until } from '../../../support/until.ts'

interface Dialled {
  readonly stream: LineStream
  readonly heard: string[]
  readonly request: Promise<IncomingMessage>
}

async function dial(t: Scope, script: RequestListener, connectTimeoutMs = 5_000, maxLineBytes = 1_000): Promise<Dialled> {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>()
  const server = createServer((request, response) => {
    request.on('error', () => {})
    resolve(request)
    script(request, response)
  })
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const heard: string[] = []
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/stream`
  const stream = systemDial.lines(
    url,
    { token: 'secret-token-0123', maxLineBytes, connectTimeoutMs },
    { open: () => heard.push('open'), line: (text) => heard.push(text), close: (reason) => heard.push(`close: ${reason}`) },
  )
  t.teardown(() => stream.close())
  return { stream, heard, request: promise }
}

const heardOf = (dialled: Dialled, count: number) => until(() => dialled.heard.length >= count, { what: `${count} events` })

t.test('lines go up in the request and come down in the answer, under the token', async (t) => {
  let up = ''
  const dialled = await dial(t, (request, response) => {
    response.write('{"type":"beat"}\n')
    request.on('data', (chunk: Buffer) => {
      up += chunk
      response.write('{"type":"heard"}\n')
    })
  })
  dialled.stream.send('{"type":"hello"}')
  await heardOf(dialled, 3)
  t.same(dialled.heard, ['open', '{"type":"beat"}', '{"type":"heard"}'])
  t.equal(up, '{"type":"hello"}\n')
  t.match((await dialled.request).headers, { authorization: 'Bearer secret-token-0123', 'transfer-encoding': 'chunked' })
})

t.test('closing here is said once, and nothing is sent or heard afterwards', async (t) => {
  const dialled = await dial(t, (_request, response) => response.write('x\n'))
  await heardOf(dialled, 2)
  dialled.stream.close()
  dialled.stream.close()
  dialled.stream.send('late')
  t.same(dialled.heard, ['open', 'x', 'close: closed here'])
})

t.test('an answer other than 200 closes the stream without opening it', async (t) => {
  const dialled = await dial(t, (_request: IncomingMessage, response: ServerResponse) => {
    response.statusCode = 401
    response.write('endless')
  })
  await heardOf(dialled, 1)
  t.same(dialled.heard, ['close: the control plane answered 401'])
})

t.test('an answer that ends, or breaks off, closes the stream once', async (t) => {
  const ends = await dial(t, (_request, response) => response.end('x\n'))
  await heardOf(ends, 3)
  t.same(ends.heard, ['open', 'x', 'close: the control plane ended the stream'])
  const breaks = await dial(t, (_request, response) => {
    response.write('x\n')
    setImmediate(() => response.destroy())
  })
  await heardOf(breaks, 3)
  t.match(breaks.heard, ['open', 'x', /^close: /])
  t.equal(breaks.heard.length, 3)
})

t.test('a control plane that never answers is given up after the deadline', async (t) => {
  const dialled = await dial(t, () => {}, 20)
  await heardOf(dialled, 1)
  t.same(dialled.heard, ['close: no answer within 20 ms'])
})

t.test('nobody at the other end closes the stream', async (t) => {
  const heard: string[] = []
  systemDial.lines(
    'http://127.0.0.1:1/',
    { token: 'x', maxLineBytes: 10, connectTimeoutMs: 5_000 },
    { open() {}, line() {}, close: (reason) => heard.push(reason) },
  )
  await until(() => heard.length > 0, { what: 'the close' })
  t.match(heard, [/ECONNREFUSED/])
})

t.test('a line too long closes the stream', async (t) => {
  const dialled = await dial(t, (_request, response) => response.write('x'.repeat(50)), 5_000, 10)
  await heardOf(dialled, 2)
  t.same(dialled.heard, ['open', 'close: a line was too long'])
})

t.test('a control plane that does not read is given up before the memory is full of what it should read', async (t) => {
  const dialled = await dial(t, (request) => request.pause())
  const line = 'x'.repeat(1_000_000)
  for (let i = 0; i < 100 && dialled.heard.length === 0; i += 1) dialled.stream.send(line)
  t.same(dialled.heard, ['close: the control plane does not read'])
})
