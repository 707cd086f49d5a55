import t from 'tap'
import { publish, SITE, startTestControl, type TestControl } from './test-control.ts'

const post = (control: TestControl, path: string, body: object, ifMatch?: string) =>
  control.call({ method: 'POST', path, body, headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } })

t.test('the first revision is published on top of r0, the next on top of the one before', async (t) => {
  const control = await startTestControl(t)
  t.match(await control.call({ path: '/v1/site' }), { status: 404, headers: { etag: '"r0"' } })
  const first = await post(control, '/v1/publish', { site: SITE, note: 'begin' }, '"r0"')
  t.match(first, { status: 200, headers: { etag: '"r1"' }, json: { revision: 1, digest: /^[0-9a-f]{64}$/, edges: { acked: 0, of: 0 } } })
  t.match(await post(control, '/v1/publish', { site: { ...SITE, name: 'new' }, note: '' }, '"r1"'), { json: { revision: 2 } })
  const site = await control.call({ path: '/v1/site' })
  t.match(site, { headers: { etag: '"r2"' }, json: { revision: 2, author: 'first admin', site: { name: 'new', hosts: ['*'] } } })
})

t.test('who does not say on top of what is refused, and so is who is late', async (t) => {
  const control = await startTestControl(t)
  t.match(await post(control, '/v1/publish', { site: SITE, note: '' }), { status: 428, json: { type: 'urn:weir:unconditional' } })
  await publish(control)
  const late = await post(control, '/v1/publish', { site: { ...SITE, name: 'late' }, note: '' }, '"r0"')
  t.match(late, { status: 412, headers: { etag: '"r1"' }, json: { type: 'urn:weir:stale' } })
  t.match(await control.call({ path: '/v1/site' }), { json: { revision: 1, site: { name: 'shop' } } })
})

t.test('of two that publish at once one wins and the other is told', async (t) => {
  const control = await startTestControl(t)
  const both = ['a', 'b'].map((name) => post(control, '/v1/publish', { site: { ...SITE, name }, note: '' }, '"r0"'))
  t.same((await Promise.all(both)).map(({ status }) => status).sort(), [200, 412])
})

t.test('a site that is not valid is refused with pointers and the running one stays', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  const bad = { ...SITE, routes: { cart: { path: '/cart', pool: 'none' } } }
  const refused = await post(control, '/v1/publish', { site: bad, note: '' }, '"r1"')
  t.match(refused, { status: 422, json: { type: 'urn:weir:invalid', problems: [{ pointer: '/routes/cart/pool' }] } })
  t.match(await control.call({ path: '/v1/health' }), { json: { revision: 1 } })
})

t.test('the same content again is no new revision', async (t) => {
  const control = await startTestControl(t)
  const first = await publish(control)
  const again = await publish(control, { ...SITE, hosts: ['*'] })
  t.match(again, { status: 200, json: { unchanged: true, revision: 1, digest: first.json.digest } })
})

t.test('a rollback publishes the old content under a new number', async (t) => {
  const control = await startTestControl(t)
  const first = await publish(control)
  await publish(control, { ...SITE, name: 'bad idea' })
  t.equal((await post(control, '/v1/rollback', { revision: 1, note: 'back' })).status, 428)
  t.equal((await post(control, '/v1/rollback', { revision: 1, note: 'back' }, '"r1"')).status, 412)
  t.equal((await post(control, '/v1/rollback', { revision: 9, note: 'back' }, '"r2"')).status, 404)
  const back = await post(control, '/v1/rollback', { revision: 1, note: 'back' }, '"r2"')
  t.match(back, { status: 200, json: { revision: 3, digest: first.json.digest } })
  t.match(await control.call({ path: '/v1/site' }), { json: { revision: 3, note: 'back', site: { name: 'shop' } } })
  t.match(await control.call({ path: '/v1/audit?limit=1' }), {
    json: { audit: [{ action: 'site.rollback', change: { from: 2, to: 3, restores: 1 } }] },
  })
})

t.test('a publish is audited with where it changed something', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  const made = await publish(control, { ...SITE, name: 'new' })
  t.match(await control.call({ path: '/v1/audit?limit=1' }), {
    json: {
      audit: [
        {
          action: 'site.publish',
          actor: 'first admin',
          address: '127.0.0.1',
          requestId: made.headers['x-request-id'],
          subject: 'r2',
          reason: 'test',
          atMs: control.clock.wallMs(),
          change: { from: 1, to: 2, changes: 1, extent: 'whole', pointers: ['change /name'] },
        },
      ],
    },
  })
})

t.test('the draft is published when no site is sent, and is then gone', async (t) => {
  const control = await startTestControl(t)
  t.equal((await post(control, '/v1/publish', { note: '' }, '"r0"')).status, 409)
  await control.call({ method: 'PUT', path: '/v1/draft', body: { site: SITE }, headers: { 'if-match': '"r0"' } })
  t.match(await post(control, '/v1/publish', { note: 'from draft' }, '"r0"'), { status: 200, json: { revision: 1 } })
  t.equal((await control.call({ path: '/v1/draft' })).status, 404)
})

t.test('a draft of an older revision does not undo what came after it', async (t) => {
  const control = await startTestControl(t)
  await control.call({ method: 'PUT', path: '/v1/draft', body: { site: SITE }, headers: { 'if-match': '"r0"' } })
  await publish(control, { ...SITE, name: 'meanwhile' })
  t.match(await post(control, '/v1/publish', { note: '' }, '"r1"'), { status: 412, json: { detail: /builds on r0, but r1 stands/ } })
  await control.call({ method: 'PUT', path: '/v1/draft', body: { site: SITE, base: 1 }, headers: { 'if-match': '"d1"' } })
  t.match(await post(control, '/v1/publish', { note: '' }, '"r1"'), { status: 200, json: { revision: 2 } })
})

t.test('a site may be as large as its bound, other bodies are smaller', async (t) => {
  const control = await startTestControl(t)
  const fallbacks = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`f${index}`, { body: 'x'.repeat(60_000) }]))
  t.equal((await publish(control, { ...SITE, fallbacks })).status, 200)
  t.equal((await publish(control, { ...SITE, name: 'x'.repeat(8 * 1024 * 1024) })).status, 413)
})
