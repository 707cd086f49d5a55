import { createHash } from 'node:crypto'
import t from 'tap'
import { type RecordedRequest, RecordedRequestSchema, RecordTermsSchema } from '../../../edge/contract/recording.ts'
import { validate } from '../../../edge/contract/validate.ts'
import { bytesBody } from '../../../edge/http/body.ts'
import { handle } from '../../../edge/pipeline/handle.ts'
import { Recorder } from '../../../edge/pipeline/recorder.ts'
import { type Asking, Line } from '../../support/exchange-maker.ts'
import { ScriptedBody } from '../../support/scripted-body.ts'

const SITE = {
  pools: { shop: { peers: [{ address: '127.0.0.1:1' }] } },
  routes: { all: { pool: 'shop' }, cart: { path: '/cart', pool: 'shop' } },
}

function recording(terms: object = {}) {
  const line = new Line(SITE)
  const valid = validate(RecordTermsSchema, terms)
  if (!valid.ok) throw new Error(JSON.stringify(valid.problems))
  const lines: string[] = []
  let dropped = 0
  const recorder = new Recorder(valid.value, 3, line.tools, (more, lost) => {
    lines.push(...more)
    dropped += lost
  })
  const begin = (asking: Asking) => {
    const x = line.exchange(asking)
    return { x, served: handle(recorder.watch(x)) }
  }
  const ask = async (asking: Asking = {}) => {
    const { x, served } = begin(asking)
    await served
    return x.reply.text
  }
  const read = (): RecordedRequest[] => {
    line.clock.advance(100)
    return lines.map((text) => {
      const one = validate(RecordedRequestSchema, JSON.parse(text))
      if (!one.ok) throw new Error(JSON.stringify(one.problems))
      return one.value
    })
  }
  return { line, recorder, ask, begin, read, lines, dropped: () => dropped }
}
const sha = (text: string) => createHash('sha256').update(text).digest('base64')

t.test('an exchange is written down with its time, its answer and no secrets', async (t) => {
  const { line, ask, read } = recording()
  line.clock.advance(250)
  line.upstream.will({ body: 'hello', headers: { 'Set-Cookie': 'sid=secret-1' } })
  const headers = { Cookie: 'sid=secret-2', Authorization: 'Bearer secret-3', Referer: 'https://a/?token=secret-4', Accept: 'text/html' }
  t.equal(await ask({ target: '/p?a=1&access_token=secret-5', headers }), 'hello')
  const [one] = read()
  t.match(one, {
    atMs: 250,
    durationMs: 0,
    connection: '3-0',
    method: 'GET',
    target: '/p?a=1&access_token=***',
    content: 'none',
    answer: { status: 200, bytes: 5, whole: 'yes', digest: sha('hello') },
  })
  t.ok(one?.fields.includes('text/html'))
  t.notMatch(JSON.stringify(one), /secret-/)
})

t.test('hits are written down as what the client got', async (t) => {
  const { line, ask, read } = recording()
  line.upstream.will({ body: 'kept', headers: { 'Cache-Control': 'max-age=60' } })
  await ask()
  await ask()
  t.equal(line.upstream.sent.length, 1)
  t.same(
    read().map(({ answer }) => answer.digest),
    [sha('kept'), sha('kept')],
  )
})

t.test('requests of one connection bear its name', async (t) => {
  const { recorder, line, read } = recording()
  const first = line.exchange()
  const second = line.exchange()
  for (const x of [first, second, { ...line.exchange(), incoming: { ...line.exchange().incoming, memory: first.incoming.memory } }])
    await handle(recorder.watch(x))
  t.same(
    read().map(({ connection }) => connection),
    ['3-0', '3-1', '3-0'],
  )
})

t.test('only the part, and the route, that were asked for', async (t) => {
  const none = recording({ sample: 0 })
  await none.ask()
  t.same(none.read(), [])
  const cart = recording({ route: 'cart' })
  await cart.ask({ target: '/cart' })
  await cart.ask({ target: '/other' })
  t.match(cart.read(), [{ target: '/cart' }])
  t.equal(cart.lines.length, 1)
})

t.test('bodies are left out unless asked for, and are then kept without secrets, within their bound', async (t) => {
  const json = { 'Content-Type': 'application/json' }
  const post = (text: string): Asking => ({ method: 'POST', headers: json, body: bytesBody(Buffer.from(text)) })
  const without = recording()
  without.line.upstream.will({ request: 'read' })
  await without.ask(post('{"a":1}'))
  t.match(without.read(), [{ content: 'left-out', body: undefined }])

  const { line, ask, read } = recording({ bodyBytes: 40, mask: ['Card'] })
  line.upstream.will({ request: 'read' })
  await ask(post('{"a":1,"password":"x","card":"4111"}'))
  await ask(post(`{"long":"${'a'.repeat(60)}"}`))
  t.same(line.upstream.sent[0]?.body, '{"a":1,"password":"x","card":"4111"}', 'the origin has it all')
  const [kept, long] = read()
  t.equal(Buffer.from(kept!.body!, 'base64').toString(), '{"a":1,"password":"***","card":"***"}')
  t.match(long, { content: 'left-out' })
  t.equal(line.budget.usedBytes, 0)
})

t.test('a body that comes after its answer is let go', async (t) => {
  const { line, begin, read } = recording({ bodyBytes: 100 })
  line.upstream.will({ status: 200 })
  const body = new ScriptedBody(null)
  const { served } = begin({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
  await served
  body.write('{}').end()
  t.match(read(), [{ content: 'left-out' }])
  t.equal(line.budget.usedBytes, 0)
})

t.test('under pressure nothing is written down, which is counted', async (t) => {
  const { line, ask, read, dropped } = recording()
  line.pressure.level = 1
  await ask()
  t.same(read(), [])
  t.equal(dropped(), 1)
})

t.test('what ends after the recording is not in it, and no timer is left', async (t) => {
  const { line, recorder, begin, lines } = recording()
  const body = new ScriptedBody(null)
  line.upstream.will({ body })
  const { served } = begin({})
  recorder.end()
  body.write('late').end()
  await served
  t.same(lines, [])
  t.equal(recorder.watch(line.exchange()).reply.constructor.name, 'RecordingReply', 'later ones are not watched')
})
