import t from 'tap'
import { publish, SITE, startTestControl } from './test-control.ts'

t.test('revisions are listed in pages without their sites, and read one by one', async (t) => {
  const control = await startTestControl(t)
  for (const name of ['a', 'b', 'c']) await publish(control, { ...SITE, name })
  const numbers = async (query: string) => {
    const { json } = await control.call({ path: `/v1/revisions${query}` })
    return json.revisions.map(({ revision, site }: { revision: number; site?: object }) => (site ? 'with site' : revision))
  }
  t.same(await numbers(''), [3, 2, 1])
  t.same(await numbers('?limit=1'), [3])
  t.same(await numbers('?limit=2&before=3'), [2, 1])
  t.match(await control.call({ path: '/v1/revisions/2' }), { headers: { etag: '"r2"' }, json: { revision: 2, site: { name: 'b' } } })
  t.equal((await control.call({ path: '/v1/revisions/9' })).status, 404)
  for (const path of [
    '/v1/revisions/x',
    '/v1/revisions?limit=-1',
    '/v1/revisions?limit=a',
    '/v1/revisions?other=1',
    '/v1/revisions?limit=1&limit=2',
  ]) {
    t.equal((await control.call({ path })).status, 400, path)
  }
})

t.test('validating says what is wrong and writes nothing', async (t) => {
  const control = await startTestControl(t)
  const validate = (site: unknown) => control.call({ method: 'POST', path: '/v1/validate', body: { site } })
  t.match(await validate(SITE), { status: 200, json: { problems: [] } })
  t.match(await validate({ routes: { a: { pool: 'none' } } }), { status: 200, json: { problems: [{ pointer: '/routes/a/pool' }] } })
  t.match(await validate('no site at all'), { status: 200, json: { problems: [{ pointer: '' }] } })
  t.match(await control.call({ path: '/v1/health' }), { json: { revision: 0 } })
})

t.test('two revisions, or a revision and a site, are compared', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  await publish(control, { ...SITE, name: 'b' })
  const diff = (body: object) => control.call({ method: 'POST', path: '/v1/diff', body })
  const change = { op: 'change', pointer: '/name', before: 'shop', after: 'b' }
  t.same((await diff({ from: 1, to: 2 })).json, { from: 1, to: 2, changes: [change], extent: 'whole' })
  t.same((await diff({ from: 1 })).json, { from: 1, to: 2, changes: [change], extent: 'whole' }, 'to what stands when it is not said')
  t.match((await diff({ site: SITE })).json, { from: 2, to: null, changes: [{ pointer: '/name', before: 'b', after: 'shop' }] })
  t.same((await diff({ from: 1, site: SITE })).json.changes, [], 'defaults are no difference')
  t.match((await diff({ from: 0, to: 1 })).json.changes[0], { op: 'add' })
  t.match(await diff({ site: { routes: 3 } }), { status: 422, json: { problems: [{ pointer: '/routes' }] } })
  t.equal((await diff({ from: 7 })).status, 404)
  t.equal((await diff({ to: 7 })).status, 404)
  t.equal((await diff({ to: 1, site: SITE })).status, 400)
})
