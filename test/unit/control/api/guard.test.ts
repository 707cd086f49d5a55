import t from 'tap'
import { MAX_FAILURES } from '../../../../control/api/failed-logins.ts'
import { ROLES, type Role } from '../../../../control/domain/access.ts'
import { rawExchange, request } from '../../../support/http-client.ts'
import { publish, startTestControl } from './test-control.ts'

/** Each write and read with the roles that may; a call that is let in may still be refused for what it says. */
const CALLS: readonly (readonly [method: string, path: string, roles: readonly Role[]])[] = [
  ['GET', '/v1/site', ['viewer', 'operator', 'editor', 'admin']],
  ['GET', '/v1/revisions', ['viewer', 'operator', 'editor', 'admin']],
  ['GET', '/v1/revisions/1', ['viewer', 'operator', 'editor', 'admin']],
  ['POST', '/v1/validate', ['viewer', 'operator', 'editor', 'admin']],
  ['POST', '/v1/diff', ['viewer', 'operator', 'editor', 'admin']],
  ['GET', '/v1/draft', ['viewer', 'operator', 'editor', 'admin']],
  ['GET', '/v1/switchboard', ['viewer', 'operator', 'editor', 'admin']],
  ['GET', '/v1/edges', ['viewer', 'operator', 'editor', 'admin']],
  ['GET', '/v1/endpoints', ['viewer', 'operator', 'editor', 'admin']],
  ['POST', '/v1/explain', ['viewer', 'operator', 'editor', 'admin']],
  ['GET', '/v1/audit', ['viewer', 'operator', 'editor', 'admin']],
  ['PUT', '/v1/switches/a', ['operator', 'editor', 'admin']],
  ['DELETE', '/v1/switches/a', ['operator', 'editor', 'admin']],
  ['PUT', '/v1/overrides/a', ['operator', 'editor', 'admin']],
  ['DELETE', '/v1/overrides/a', ['operator', 'editor', 'admin']],
  ['POST', '/v1/changes', ['operator', 'editor', 'admin', 'changes']],
  ['GET', '/v1/changes', ['viewer', 'operator', 'editor', 'admin']],
  ['GET', '/v1/changes/dead-letters', ['operator', 'editor', 'admin']],
  ['POST', '/v1/changes/dead-letters/retry', ['operator', 'editor', 'admin']],
  ['GET', '/metrics', ['viewer', 'operator', 'editor', 'admin']],
  ['PUT', '/v1/draft', ['editor', 'admin']],
  ['DELETE', '/v1/draft', ['editor', 'admin']],
  ['POST', '/v1/publish', ['editor', 'admin']],
  ['POST', '/v1/rollback', ['editor', 'admin']],
  ['GET', '/v1/tokens', ['admin']],
  ['POST', '/v1/tokens', ['admin']],
  ['DELETE', '/v1/tokens/ab', ['admin']],
  ['POST', '/v1/stream', ['edge']],
]

t.test('every route lets in the roles of the table and no others', async (t) => {
  const control = await startTestControl(t)
  const secrets = new Map<Role, string>()
  for (const role of ROLES) secrets.set(role, await control.makeToken(`a ${role}`, role))
  for (const [method, path, roles] of CALLS) {
    // An empty document goes to where one is taken: it is refused for what it says, after the role was looked at.
    const body = method === 'PUT' || method === 'POST' ? { body: {} } : {}
    t.equal((await control.call({ method, path, ...body, token: null })).status, 401, `${method} ${path} without a token`)
    for (const role of ROLES) {
      const { status } = await control.call({ method, path, ...body, token: secrets.get(role)! })
      t.equal(status !== 403, roles.includes(role), `${method} ${path} as ${role}: ${status}`)
    }
  }
})

t.test('health, and nothing else of the API, needs no token', async (t) => {
  const control = await startTestControl(t)
  t.match(await control.call({ path: '/v1/health', token: null }), { status: 200, json: { status: 'ok', revision: 0 } })
  await publish(control)
  t.match(await control.call({ path: '/v1/health', token: null }), { json: { revision: 1 } })
})

t.test('a token that is missing or unknown is told how to do better', async (t) => {
  const control = await startTestControl(t)
  const missing = await control.call({ path: '/v1/site', token: null })
  t.match(missing, { status: 401, json: { type: 'urn:weir:unauthenticated', status: 401 } })
  t.equal(missing.headers['www-authenticate'], 'Bearer')
  t.equal(missing.headers['content-type'], 'application/problem+json; charset=utf-8')
  for (const authorization of ['Basic YTpi', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(9_000)}`]) {
    t.equal((await control.call({ path: '/v1/site', token: null, headers: { authorization } })).status, 401)
  }
  t.match(await control.call({ path: '/v1/site', token: 'weir_admin_00' }), { status: 401, json: { detail: /not known/ } })
})

t.test('too many wrong tokens of an address get 429, and a right one still gets in', async (t) => {
  const control = await startTestControl(t)
  for (let tries = 0; tries < MAX_FAILURES; tries++) t.equal((await control.call({ path: '/v1/site', token: 'wrong' })).status, 401)
  const refused = await control.call({ path: '/v1/site', token: 'wrong' })
  t.match(refused, { status: 429, json: { title: 'Too many wrong tokens' } })
  const retryAfter = Number(refused.headers['retry-after'])
  t.ok(retryAfter >= 1 && retryAfter <= 60, `Retry-After is ${retryAfter}`)
  t.equal((await control.call({ path: '/v1/edges' })).status, 200)
  t.equal((await control.call({ path: '/v1/site', token: 'wrong' })).status, 429)
})

t.test('right tokens are not counted', async (t) => {
  const control = await startTestControl(t)
  for (let calls = 0; calls < 2 * MAX_FAILURES; calls++) await control.call({ path: '/v1/edges' })
  t.equal((await control.call({ path: '/v1/site', token: 'wrong' })).status, 401)
})

t.test('the API is only there under its own names', async (t) => {
  const control = await startTestControl(t, { hosts: ['control.example.org'] })
  const under = async (host: string) => (await request({ port: control.port, path: '/v1/health', headers: { host } })).status
  for (const host of ['127.0.0.1', `127.0.0.1:${control.port}`, 'LOCALHOST:9900', '[::1]:9900', 'control.example.org'])
    t.equal(await under(host), 200, host)
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:9900', 'example.org'])
    t.equal(await under(host), 421, host)
})

t.test('another host is refused before the token, the body and the console are looked at', async (t) => {
  const control = await startTestControl(t)
  for (const path of ['/', '/v1/site', '/nothing']) {
    t.equal((await request({ port: control.port, path, headers: { host: 'evil.example' } })).status, 421)
  }
  const answer = await rawExchange(control.port, 'GET /v1/health HTTP/1.0\r\n\r\n')
  t.match(answer.toString(), /^HTTP\/1\.1 421 /, 'and so is a request without a host')
})
