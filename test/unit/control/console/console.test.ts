import t from 'tap'
import { until } from '../../../support/until.ts'
import { type FakeApi, openConsole } from './fake-page.ts'

const HOSTILE = '<img src=x onerror=alert(1)>'
const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status })
const SITE = {
  revision: 7,
  author: HOSTILE,
  note: 'more carts',
  publishedAtMs: 0,
  site: { hosts: ['*'], routes: { page: { hosts: [], path: '/*', pool: 'app', cache: { store: 'standard' }, limits: ['per-client'] } } },
}
const SWITCH = {
  id: 'page',
  routes: [],
  clients: 'crawlers',
  mode: 'closed',
  owner: 'ann',
  reason: HOSTILE,
  setAtMs: 0,
  expiresAtMs: Date.now() + 1e9,
}
const EDGE = {
  edgeId: 'edge-1',
  connection: { state: 'connected' },
  have: { revision: 6, switchSeq: 3 },
  heardAtMs: 0,
  beat: { inFlight: 4, hitRatio: 0.5, redis: 'down' },
  last: { publish: { kind: 'nack', seq: 7, problems: [{ pointer: '/a', message: 'no' }] } },
}

/** An API with one of everything, whose events go on until the test ends. */
function api(more: FakeApi = () => json(null, 404)): FakeApi {
  return (method, path, init) => {
    if (init.headers.authorization !== 'Bearer secret') return json({ detail: 'no' }, 401)
    if (method !== 'GET') return more(method, path, init)
    if (path === '/v1/site') return json(SITE)
    if (path === '/v1/switchboard')
      return json({ seq: 3, switches: [SWITCH], overrides: [{ ...SWITCH, limit: 'per-client', rate: '5/s' }] })
    if (path === '/v1/edges') return json({ revision: 7, switchSeq: 3, edges: [EDGE] })
    if (path === '/v1/troubles') return json({ troubles: [] })
    if (path === '/v1/endpoints') return json({ reports: [] })
    if (path === '/v1/traffic') return json({ routes: [], shifts: [] })
    if (path.startsWith('/v1/hot-keys')) return json({ keys: [] })
    if (path.startsWith('/v1/purges')) return json({ purges: [] })
    return more(method, path, init)
  }
}

t.test('without a token it asks for one, and with one it shows how things stand', async (t) => {
  const { element, storage } = openConsole(api(), null)
  t.equal(element('enter').hidden, false)
  t.equal(element('board').hidden, true)
  element('token').value = ' secret '
  element('enter').fire('submit')
  t.equal(storage.get('weir-token'), 'secret')
  await until(() => element('edges').textContent !== '', { what: 'the edges' })
  t.equal(element('enter').hidden, true)
  t.match(element('revision').textContent, /^Revision 7, published by .* more carts$/)
  t.match(element('routes').textContent, /^page \* \/\* app standard per-client$/)
  t.match(element('edges').textContent, /^edge-1 connected 6 of 7 3 .* 4 50 % down publish 7: no$/)
  t.match(element('force').textContent, /^switch page closed every route, crawlers .* ann .* Take back limit per-client 5\/s /)
})

t.test('what others wrote is shown as the text it is', async (t) => {
  const { element } = openConsole(api(), 'secret')
  await until(() => element('force').textContent !== '', { what: 'the switches' })
  t.ok(element('force').find(({ tag, textContent }) => tag === 'td' && textContent === HOSTILE))
  t.equal(
    element('force').find(({ tag }) => tag === 'img'),
    null,
  )
})

t.test('a token that is not known is forgotten and asked for again', async (t) => {
  const { element, storage } = openConsole(api(), 'wrong')
  await until(() => !element('fault').hidden, { what: 'the page to ask again' })
  t.equal(element('board').hidden, true)
  t.equal(storage.has('weir-token'), false)
  t.match(element('fault').textContent, /not known/)
})

t.test('a switch is set with what was filled in, and taken back by its button', async (t) => {
  const calls: [string, string, string?][] = []
  const more: FakeApi = (method, path, { body }) => {
    calls.push([method, path, ...(body === undefined ? [] : [body])] as [string, string, string?])
    return json({ seq: 4, edges: { acked: 1, of: 1 } })
  }
  const { element } = openConsole(api(more), 'secret')
  await until(() => element('force').textContent !== '', { what: 'the switches' })
  const values = { 'switch-mode': 'fallback', 'switch-clients': 'all', 'switch-minutes': '5', 'switch-reason': 'slow' }
  for (const [id, value] of Object.entries(values)) element(id).value = value
  element('switch').fire('submit')
  await until(() => /Choose the routes/.test(element('fault').textContent), { what: 'the question for routes' })
  t.notOk(
    calls.some(([method]) => method === 'PUT'),
    'to choose nothing does not mean all',
  )
  element('switch-routes').children[1]!.selected = true
  element('switch').fire('submit')
  await until(() => calls.some(([method]) => method === 'PUT'), { what: 'the order' })
  const [, path, body] = calls.find(([method]) => method === 'PUT')!
  t.equal(path, '/v1/switches/page?waitMs=2000')
  t.same(JSON.parse(body!), { routes: ['page'], clients: 'all', mode: 'fallback', reason: 'slow', forMs: 300_000 })

  element('force')
    .find(({ attributes }) => attributes['aria-label'] === 'Take back switch page')!
    .fire('click')
  await until(() => calls.some(([method]) => method === 'DELETE'), { what: 'the switch to be taken back' })
  t.match(calls.find(([method]) => method === 'DELETE')![1], /^\/v1\/switches\/page\?/)
  await until(() => /is off on 1 of 1 edges/.test(element('said').textContent), { what: 'what became of it' })
})

t.test('a wrong token is tried once, and one that is taken back is told from it', async (t) => {
  let known = false
  const asked: string[] = []
  const { element } = openConsole((method, path, init) => {
    asked.push(path)
    return known ? api()(method, path, init) : json({ detail: 'no' }, 401)
  }, 'secret')
  await until(() => /This token is not known/.test(element('fault').textContent), { what: 'the refusal' })
  t.same(asked, ['/v1/site'])
  known = true
  element('token').value = 'secret'
  element('enter').fire('submit')
  await until(() => element('force').textContent !== '', { what: 'the switches' })
  known = false
  element('force')
    .find(({ attributes }) => attributes['aria-label'] === 'Take back switch page')!
    .fire('click')
  await until(() => /good no more/.test(element('fault').textContent), { what: 'the question for another' })
  t.equal(element('board').hidden, true)
})

t.test('news that come as events are shown at once, however they are cut', async (t) => {
  const { readable, writable } = new TransformStream<Uint8Array>()
  const writer = writable.getWriter()
  const { element } = openConsole(
    api((_, path) => (path === '/v1/events' ? new Response(readable) : json(null))),
    'secret',
  )
  await until(() => element('live').textContent === 'Live', { what: 'the events' })
  const event = `event: switchboard\ndata: ${JSON.stringify({ seq: 5, switches: [{ ...SWITCH, id: 'fresh' }], overrides: [] })}\n\n`
  for (const piece of [event.slice(0, 25), event.slice(25)]) await writer.write(new TextEncoder().encode(piece))
  await until(() => /fresh/.test(element('force').textContent), { what: 'the new switch' })
  t.notMatch(element('force').textContent, /per-client/)
  await writer.close()
})
