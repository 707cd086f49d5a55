import t from 'tap'
import { kindFromSchemaLine } from '../../../../control/cli/check.ts'
import { CliWorld, SITE } from './cli-world.ts'

t.test('a valid site says what it holds', async (t) => {
  const world = new CliWorld()
  world.files.set('site.yaml', JSON.stringify(SITE))
  t.same(await world.run('check', 'site.yaml'), {
    code: 0,
    out: 'site.yaml is valid: 1 route, 1 pool, 1 limit, 1 fallback',
    err: '',
  })
})

t.test('every problem of a file has its line, column and pointer', async (t) => {
  const world = new CliWorld()
  world.files.set(
    'site.yaml',
    'pools:\n  app: {peers: [{address: "127.0.0.1:3000"}]}\nroutes:\n  page: {pool: ap, cach: off}\n  other: {pool: app, path: no}\n',
  )
  const { code, out, err } = await world.run('check', 'site.yaml')
  t.equal(code, 1)
  t.match(out, /^site\.yaml:4:20 {2}\/routes\/page\/cach {2}unknown field "cach"; did you mean "cache"\?$/m)
  t.match(out, /^site\.yaml:5:\d+ {2}\/routes\/other\/path {2}must be /m)
  t.equal(err, 'site.yaml has 2 problems')
})

t.test('with --json problems are data', async (t) => {
  const world = new CliWorld()
  world.files.set('site.yaml', 'routes: 5\n')
  const { code, out } = await world.run('check', 'site.yaml', '--json')
  t.equal(code, 1)
  t.match(JSON.parse(out), { file: 'site.yaml', kind: 'site', valid: false, problems: [{ pointer: '/routes', line: 1 }] })
})

t.test('the kind comes from the flag, or from the schema line', async (t) => {
  const world = new CliWorld()
  world.files.set('edge.yaml', '# yaml-language-server: $schema=../schema/edge.json\nlisten: 127.0.0.1:0\nsite: x.yaml\n')
  t.match(await world.run('check', 'edge.yaml'), { code: 0, out: 'edge.yaml is valid: how an edge starts' })
  t.match(await world.run('check', 'edge.yaml', '--kind', 'control'), { code: 0 })
  t.match(await world.run('check', 'edge.yaml', '--kind', 'site'), { code: 1 })
  t.match(await world.run('check', 'edge.yaml', '--kind', 'edgy'), { code: 2 })
  t.equal(kindFromSchemaLine('# yaml-language-server: $schema=schema/up.json'), 'up')
  t.equal(kindFromSchemaLine('name: "$schema=site.json"'), null)
  t.equal(kindFromSchemaLine('# $schema=https://x/unsite.json'), null)
})

t.test('no file, two files, a file that is not there', async (t) => {
  const world = new CliWorld()
  t.match(await world.run('check'), { code: 2 })
  t.match(await world.run('check', 'a', 'b'), { code: 2 })
  t.same(await world.run('check', 'a'), { code: 1, out: '', err: 'weir: there is no file a' })
})
