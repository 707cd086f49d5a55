// Somebody publishes a site with mistakes. It is refused with the places of all of them, the running one stays, and a good one that turns
// out bad is taken back with one command.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startControl } from '../../support/control.ts'
import { startEdge } from '../../support/edge.ts'
import { startOrigin } from '../../support/origin.ts'
import { connectScriptedEdge } from '../../support/scripted-edge.ts'
import { until } from '../../support/until.ts'
import { visit } from '../../support/visit.ts'

const origin = await startOrigin(t)
const siteSaying = (text: string) => ({
  pools: { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } },
  fallbacks: { hello: { status: 200, contentType: 'text/plain', body: text } },
  routes: { hello: { path: '/hello', respond: 'hello' }, pages: { pool: 'shop' } },
})
const control = await startControl(t, { site: siteSaying('first') })
const edge = await startEdge(t, { control })

const BAD = `pools:
  shop:
    peers: [{ address: 127.0.0.1 }]
routes:
  pages:
    pool: shopp
    cache: { defaultTtlMs: -1 }
`
const hello = async () => (await visit(edge, '/hello')).text
const fileWith = (name: string, content: string | object) => {
  writeFileSync(join(control.folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}
const standing = async () => (JSON.parse((await control.call('GET', '/v1/site')).text) as { revision: number }).revision

t.test('the CLI refuses a bad file with line, column and pointer of each mistake, and publishes nothing', async (t) => {
  for (const verb of ['check', 'publish']) {
    const { code, output } = await control.weir(verb, fileWith('bad.yaml', BAD))
    t.equal(code, 1, output)
    t.match(output, /bad\.yaml:3:\d+ +\/pools\/shop\/peers\/0\/address /, verb)
    t.match(output, /bad\.yaml:7:\d+ +\/routes\/pages\/cache\/defaultTtlMs /, verb)
  }
  t.equal(await standing(), 1)
  t.equal(await hello(), 'first')
})

t.test('the API refuses the same with 422 and pointers, whatever the CLI has checked', async (t) => {
  const site = { pools: { shop: { peers: [] } }, routes: { pages: { pool: 'shopp' }, other: { path: 'no-slash', pool: 'shop' } } }
  const answer = await control.call('POST', '/v1/publish', { body: { site, note: 'in a hurry' }, ifMatch: '"r1"' })
  t.match(answer, { status: 422, headers: { 'content-type': /^application\/problem\+json/ } })
  const { problems } = JSON.parse(answer.text) as { problems: { pointer: string; message: string }[] }
  t.ok(
    problems.some(({ pointer }) => pointer === '/routes/other/path'),
    answer.text,
  )
  t.equal(await standing(), 1)
  t.equal((await edge.snapshot()).revision, 1)
  t.equal(await hello(), 'first', 'the running one stays')
})

t.test('who publishes without having seen what stands is refused', async (t) => {
  const body = { site: siteSaying('blind'), note: '' }
  t.equal((await control.call('POST', '/v1/publish', { body })).status, 428)
  t.equal((await control.call('POST', '/v1/publish', { body, ifMatch: '"r0"' })).status, 412)
  t.equal(await hello(), 'first')
})

t.test('a good file is served when the command says so, and a rollback brings the old content under a new number', async (t) => {
  const published = await control.weir('publish', fileWith('second.yaml', siteSaying('second')), '--note', 'new greeting')
  t.match(published, { code: 0, output: /revision 2 serving on 1\/1 edge/ })
  t.equal(await hello(), 'second')
  t.match((await control.weir('diff', '--from', '1', '--to', '2')).output, /\/fallbacks\/hello\/body .*"first" → "second"/)

  const back = await control.weir('rollback', '--note', 'the greeting is wrong')
  t.match(back, { code: 0, output: /revision 3 serving on 1\/1 edge/ })
  t.equal(await hello(), 'first')
  t.equal((await edge.snapshot()).revision, 3)
  t.match((await control.weir('audit')).output, /site\.rollback/)
})

t.test('an edge that refuses a revision is named with its reasons, and the others serve it', async (t) => {
  const problems = [{ pointer: '/routes/pages', message: 'is more than this edge can hold' }]
  const edgeId = 'edge-small'
  const small = connectScriptedEdge(t, control, edgeId, ({ type, publication }) =>
    type === 'publish' && publication ? { type: 'nack', what: 'publish', seq: publication.revision, problems } : null,
  )
  await until(() => small.told.length, { what: 'the small edge to be told the site' })

  const { code, output } = await control.weir('publish', fileWith('third.yaml', siteSaying('third')))
  t.equal(code, 1, 'one edge without it is a reason to look')
  t.match(output, /revision 4 serving on 1\/2 edges/)
  t.match(output, /edge-small +\/routes\/pages +is more than this edge can hold/)
  t.equal(await hello(), 'third')
  t.match((await control.weir('edges')).output, /edge-small.*\/routes\/pages.*is more than this edge can hold/s)
})

t.test('an edge that follows a file does the same: a bad one is named in its log and changes nothing', async (t) => {
  const alone = await startEdge(t, { edgeId: 'alone', site: siteSaying('from a file') })
  alone.writeSite({ ...siteSaying('bad'), routes: { pages: { pool: 'shopp' } } })
  await until(() => /site-file-refused.*\/routes\/pages\/pool/.test(alone.output), { what: 'the edge to refuse the file' })
  t.equal((await visit(alone, '/hello')).text, 'from a file')

  alone.writeSite(siteSaying('mended'))
  await until(async () => (await visit(alone, '/hello')).text === 'mended', { what: 'the mended file to be served' })
})
