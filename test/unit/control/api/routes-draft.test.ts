import t from 'tap'
import { publish, SITE, startTestControl, type TestControl } from './test-control.ts'

const save = (control: TestControl, body: object, ifMatch?: string) =>
  control.call({ method: 'PUT', path: '/v1/draft', body, headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } })

t.test('a draft is begun from the revision that stands and saved on top of itself', async (t) => {
  const control = await startTestControl(t)
  await publish(control)
  t.match(await control.call({ path: '/v1/draft' }), { status: 404, headers: { etag: '"r1"' } })
  t.match(await save(control, { site: SITE }, '"r1"'), {
    status: 200,
    headers: { etag: '"d1"' },
    json: { version: 1, base: 1, problems: [] },
  })
  t.match(await save(control, { site: { ...SITE, name: 'b' } }, '"d1"'), { headers: { etag: '"d2"' } })
  t.match(await control.call({ path: '/v1/draft' }), {
    headers: { etag: '"d2"' },
    json: { base: 1, author: 'first admin', site: { name: 'b' } },
  })
})

t.test('a draft that is not valid is kept, and said to be so', async (t) => {
  const control = await startTestControl(t)
  t.match(await save(control, { site: { routes: { a: { pool: 'none' } } } }, '"r0"'), {
    status: 200,
    json: { problems: [{ pointer: '/routes/a/pool' }] },
  })
})

t.test('nobody overwrites a draft they have not seen', async (t) => {
  const control = await startTestControl(t)
  t.equal((await save(control, { site: SITE })).status, 428)
  t.equal((await save(control, { site: SITE }, '"r5"')).status, 412)
  await save(control, { site: SITE }, '"r0"')
  t.match(await save(control, { site: {} }, '"r0"'), { status: 412, json: { detail: /first admin saved the draft meanwhile/ } })
  t.equal((await save(control, { site: {} }, '"d9"')).status, 412)
  t.match(await control.call({ path: '/v1/draft' }), { json: { version: 1 } })
})

t.test('a draft cannot build on a revision that is not there', async (t) => {
  const control = await startTestControl(t)
  t.equal((await save(control, { site: SITE, base: 1 }, '"r0"')).status, 400)
})

t.test('a draft is dropped, and its tag never fits the next one', async (t) => {
  const control = await startTestControl(t)
  const drop = (ifMatch?: string) =>
    control.call({ method: 'DELETE', path: '/v1/draft', headers: ifMatch === undefined ? {} : { 'if-match': ifMatch } })
  t.equal((await drop()).status, 404)
  await save(control, { site: SITE }, '"r0"')
  t.equal((await drop('"d7"')).status, 412)
  t.equal((await drop('"d1"')).status, 204)
  t.match(await save(control, { site: SITE }, '"r0"'), { headers: { etag: '"d2"' } })
  const { json } = await control.call({ path: '/v1/audit' })
  t.same(
    json.audit.map(({ action }: { action: string }) => action).filter((action: string) => action.startsWith('draft')),
    ['draft.save', 'draft.drop', 'draft.save'],
  )
})
