import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { openConsulCatalog } from '../../../../control/discovery/consul-catalog.ts'
import type { HealthQuestion } from '../../../../control/discovery/health-catalog.ts'
import { Abort } from '../../../../edge/base/abort.ts'
import { type ConsulConfig, ConsulSchema } from '../../../../edge/contract/discovery-settings.ts'
import { TestAuthority } from '../../../support/certificates.ts'
import { type OriginScript, type ScriptedOrigin, startOrigin } from '../../../support/origin.ts'
import type { Scope } from '../../../support/scope.ts'
import { until } from '../../../support/until.ts'
import { accepted } from '../../contract/accepts.ts'
import { SHOP } from './scripted-catalog.ts'

const QUESTION: HealthQuestion = { service: SHOP, index: 0n, consistency: 'stale' }
const JSON_TYPE = { 'content-type': 'application/json' }

async function open(t: Scope, script: OriginScript, more: { token?: string; path?: string; settings?: object } = {}) {
  const consul = await startOrigin(t, script)
  const { token, path = '' } = more
  const config = accepted(ConsulSchema, { url: `${consul.url}${path}`, waitMs: 60_000, ...more.settings }) as ConsulConfig
  const catalog = openConsulCatalog(config, { tokenFor: async () => token ?? null })
  t.teardown(() => catalog.close())
  return { consul, ask: (question: Partial<HealthQuestion> = {}, abort = new Abort()) => catalog.ask({ ...QUESTION, ...question }, abort) }
}

const lastQuery = (consul: ScriptedOrigin) => new URL(consul.requests.at(-1)!.target, consul.url)

t.test('the state is asked for without a wait, changes with index and wait', async (t) => {
  const { consul, ask } = await open(t, () => ({ headers: JSON_TYPE, body: '[]' }))
  await ask()
  const first = lastQuery(consul)
  t.equal(first.pathname, '/v1/health/service/shop')
  t.same([...first.searchParams.keys()].sort(), ['passing', 'stale'])

  await ask({
    index: 18_446_744_073_709_551_615n,
    consistency: 'default',
    service: { ...SHOP, service: 'a b', tags: ['blue'], datacenter: 'dc2' },
  })
  const next = lastQuery(consul)
  t.equal(next.pathname, '/v1/health/service/a%20b')
  t.same(Object.fromEntries(next.searchParams), { passing: 'true', tag: 'blue', dc: 'dc2', index: '18446744073709551615', wait: '60000ms' })
})

t.test('the token travels in its field, and a path before /v1 is kept', async (t) => {
  const { consul, ask } = await open(t, () => ({ headers: JSON_TYPE, body: '[]' }), { token: 'secret', path: '/behind/' })
  await ask()
  t.equal(consul.requests[0]!.headers['x-consul-token'], 'secret')
  t.equal(lastQuery(consul).pathname, '/behind/v1/health/service/shop')
})

t.test('the fields of Consul come with the body', async (t) => {
  const headers = { ...JSON_TYPE, 'x-consul-index': '7', 'x-consul-knownleader': 'true', 'x-consul-lastcontact': '3' }
  const { ask } = await open(t, () => ({ headers, body: '[{"Service":{}}]' }))
  t.same(await ask(), { index: '7', knownLeader: 'true', lastContact: '3', body: [{ Service: {} }] })
})

t.test('statuses of trouble are failures, never an empty list', async (t) => {
  for (const [status, body] of [
    [500, 'No cluster leader'],
    [429, 'Your IP is issuing too many concurrent connections'],
    [403, 'Permission denied'],
    [404, ''],
    [302, ''],
  ] as const) {
    const { ask } = await open(t, () => ({ status, body, headers: { 'content-type': 'text/plain' } }))
    await t.rejects(ask(), { message: /./ }, `${status}`)
  }
})

t.test('JSON that does not parse is a failure, and a page is no list', async (t) => {
  const garbage = await open(t, () => ({ headers: JSON_TYPE, body: '[{"Service":' }))
  await t.rejects(garbage.ask(), { message: /decode/ })
  const page = await open(t, () => ({ headers: { 'content-type': 'text/html' }, body: '<html>' }))
  t.notOk(Array.isArray((await page.ask()).body))
  const empty = await open(t, () => ({ headers: JSON_TYPE }))
  t.notOk(Array.isArray((await empty.ask()).body))
})

t.test('an answer that is cut off fails at once', async (t) => {
  const { ask } = await open(t, (_, response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' })
    response.write('[{"Service":')
    setImmediate(() => response.destroy())
    return undefined
  })
  await t.rejects(ask({ index: 5n }), { message: /cut off|aborted/ })
})

t.test('a question can be taken back while Consul is silent', async (t) => {
  const { consul, ask } = await open(t, () => new Promise(() => {}))
  const abort = new Abort()
  const asked = ask({ index: 5n }, abort)
  await until(() => consul.count() === 1, { what: 'the question' })
  abort.abort()
  await t.rejects(asked, { message: /abort/ })
})

t.test('nobody listening is a failure with a reason', async (t) => {
  const { consul, ask } = await open(t, () => ({ body: '' }))
  await consul.close()
  await t.rejects(ask(), { message: /ECONNREFUSED/ })
})

t.test('several tags are asked for one by one, and warnings are let in where they are wanted', async (t) => {
  const { consul, ask } = await open(t, () => ({ headers: JSON_TYPE, body: '[]' }))
  await ask({ service: { ...SHOP, tags: ['blue', 'v2'], accept: 'warning' } })
  t.same(lastQuery(consul).searchParams.getAll('tag'), ['blue', 'v2'])
  t.equal(lastQuery(consul).searchParams.has('passing'), false)
})

t.test('with more services than connections each gets its turn, and none waits for long', async (t) => {
  const { consul, ask } = await open(t, () => ({ headers: JSON_TYPE, body: '[]' }), { settings: { maxConnections: 2 } })
  const hold = consul.hold()
  const asked = Array.from({ length: 6 }, () => ask({ index: 5n }))
  await until(() => hold.waiting === 2, { what: 'two questions' })
  hold.release()
  await Promise.all(asked)
  t.same(
    consul.requests.map(({ target }) => new URL(target, consul.url).searchParams.get('wait')),
    ['2000ms', '2000ms', '2000ms', '2000ms', '2000ms', '60000ms'],
    'who goes while others wait asks for a short while only',
  )
  t.ok(consul.connections <= 2)
})

t.test('over TLS both sides show who they are', async (t) => {
  const authority = new TestAuthority(t)
  const [own, client] = [authority.issue(['agent.test']), authority.issue([])]
  const server = createServer(
    { cert: own.cert, key: own.key, ca: authority.ca, requestCert: true, rejectUnauthorized: true },
    (_, response) => response.writeHead(200, JSON_TYPE).end('[]'),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  t.teardown(() => server.closeAllConnections())
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const askWith = (access: object, serverName = 'agent.test') => {
    const catalog = openConsulCatalog(accepted(ConsulSchema, { url, serverName }) as ConsulConfig, {
      tokenFor: async () => null,
      ...access,
    })
    t.teardown(() => catalog.close())
    return catalog.ask(QUESTION, new Abort())
  }
  const { ca } = authority
  const { cert, key } = client
  t.same((await askWith({ ca, cert, key })).body, [])
  await t.rejects(askWith({ ca, cert, key }, 'other.test'), { message: /./ }, 'a certificate for another name')
  await t.rejects(askWith({ cert, key }), { message: /./ }, 'an authority that nobody knows')
  await t.rejects(askWith({ ca }), { message: /./ }, 'nobody')
})
