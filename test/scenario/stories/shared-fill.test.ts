// Many ask for a long page that its origin sends slowly. Everybody gets its bytes as they come, and nobody is harmed by who else reads it.

import { get, type IncomingMessage, type ServerResponse } from 'node:http'
import t from 'tap'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { cacheStatus, PERSON, visit } from '../../support/visit.ts'

const origin = await startOrigin(t)
const edge = await startEdge(t, {
  site: {
    pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }], tries: 1 } },
    routes: { pages: { pool: 'shop', cache: { coalesceTimeoutMs: 60_000, maxEntryBytes: 4 * 1024 * 1024 } } },
  },
})

/** Sends the head and the first bytes of a page; the test says the rest. */
function slowPage(path: string): Promise<ServerResponse> {
  return new Promise((resolve) => {
    origin.on(path, (_request, response) => {
      response.writeHead(200, { 'cache-control': 'max-age=60' })
      response.write('first.')
      resolve(response)
      return undefined
    })
  })
}

/** A reader who says what has come so far. */
function reader(path: string) {
  const heard = { text: '', end: '', message: null as IncomingMessage | null, leave: () => void asking.destroy() }
  const asking = get({ host: '127.0.0.1', port: edge.port, path, agent: false, headers: PERSON }, (message) => {
    heard.message = message
    message.on('data', (chunk: Buffer) => {
      heard.text += chunk.toString()
    })
    message.on('end', () => {
      heard.end = 'whole'
    })
    message.on('error', () => {
      heard.end = 'cut'
    })
  })
  asking.on('error', () => {}) // Some of them leave, and some are cut off before they have begun.
  return heard
}

const idle = () => until(async () => (await edge.metric('weir_requests_in_flight')) === 0, { what: 'the edge to have nothing to do' })
const all = (readers: ReturnType<typeof reader>[], text: string) =>
  until(() => readers.every((one) => one.text === text), { what: `all to have ${JSON.stringify(text)}` })

t.test('all have the first bytes before the origin has sent the last', async (t) => {
  const page = slowPage('/long')
  const readers = [reader('/long')]
  const response = await page
  for (let i = 0; i < 20; i++) readers.push(reader('/long'))
  await all(readers, 'first.')
  readers[0]!.leave()
  response.write('second.')
  await all(readers.slice(1), 'first.second.')
  response.end('last.')
  await until(() => readers.slice(1).every(({ end }) => end === 'whole'), { what: 'all to have the end' })
  t.equal(origin.count('/long'), 1, 'and who asked first left long ago')
  t.match(readers.at(-1)!.message!.headers['cache-status'], /fwd=miss;collapsed/)
  t.match(await visit(edge, '/long').then((answer) => [answer.text, cacheStatus(answer)]), ['first.second.last.', /;hit;/])
  await idle()
})

t.test('a page that breaks off is cut for all who read it, and is kept for nobody', async (t) => {
  const page = slowPage('/broken')
  const readers = [reader('/broken'), reader('/broken'), reader('/broken')]
  const response = await page
  await all(readers, 'first.')
  response.destroy()
  await until(() => readers.every(({ end }) => end === 'cut'), { what: 'all to be cut off' })
  origin.on('/broken', { body: 'mended', headers: { 'cache-control': 'max-age=60' } })
  t.equal((await visit(edge, '/broken')).text, 'mended')
  await idle()
})

t.test('one who reads nothing holds up neither the others nor the cache', async (t) => {
  const page = slowPage('/big')
  const asking = get({ host: '127.0.0.1', port: edge.port, path: '/big', agent: false, headers: PERSON })
  asking.on('error', () => {})
  const stalled = new Promise<IncomingMessage>((resolve) => asking.once('response', resolve))
  const response = await page
  const message = await stalled
  const other = visit(edge, '/big')
  response.end(Buffer.alloc(3 * 1024 * 1024, 'x'))
  t.equal((await other).body.length, 3 * 1024 * 1024 + 6)
  t.match(cacheStatus(await visit(edge, '/big')), /;hit;/, 'whole and kept, while he who asked first has read nothing')
  let bytes = 0
  for await (const chunk of message) bytes += (chunk as Buffer).length
  t.equal(bytes, 3 * 1024 * 1024 + 6, 'and he still gets all of it')
  await idle()
})
