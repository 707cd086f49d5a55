import t from 'tap'
import { tellPublished } from '../../../../control/cli/publish.ts'
import { CliWorld, SITE, startCli } from './cli-world.ts'

const CHANGED = { ...SITE, routes: { ...SITE.routes, cart: { path: '/cart', pool: 'app' } } }

t.test('a changed file becomes the next revision, with its note', async (t) => {
  const cli = await startCli(t)
  cli.files.set('site.json', JSON.stringify(CHANGED))
  t.same(await cli.run('publish', 'site.json', '--note', 'cart'), {
    code: 0,
    out: 'revision 2 stands; no edge is connected, each takes it when it connects',
    err: '',
  })
  const { out } = await cli.run('audit', '--json')
  t.match(JSON.parse(out)[0], { action: 'site.publish', subject: 'r2', reason: 'cart' })
})

t.test('a file that says what stands is not published again', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('publish', 'site.json'), { code: 0, out: 'revision 1 stands already and says the same; nothing was published' })
})

t.test('a file with problems is refused here, with places, and nothing is sent', async (t) => {
  const world = new CliWorld()
  world.files.set('bad.yaml', 'routes:\n  page: {pool: nope}\n')
  const { code, err } = await world.run('publish', 'bad.yaml', '--control', 'http://127.0.0.1:1')
  t.equal(code, 1)
  t.match(err, /^bad\.yaml:2:\d+ {2}\/routes\/page\/pool /)
  t.match(err, /bad\.yaml has 1 problem; nothing was changed/)
})

t.test('a control plane that does not answer is exit code 3', async (t) => {
  const world = new CliWorld()
  world.files.set('site.json', JSON.stringify(SITE))
  const { code, err } = await world.run('publish', 'site.json', '--control', 'http://127.0.0.1:1', '--token', 'x')
  t.equal(code, 3)
  t.match(err, /control plane at http:\/\/127\.0\.0\.1:1 does not answer: .*; start it with `weir up` or `weir control`, or set --control/)
})

t.test('a token that is not known is refused with what to do', async (t) => {
  const cli = await startCli(t)
  const { code, err } = await cli.run('publish', 'site.json', '--token', 'weir_admin_wrong')
  t.equal(code, 1)
  t.match(err, /set --token or WEIR_TOKEN/)
})

t.test('an edge that refuses makes the command fail, and its problems are told', (t) => {
  const [out, err]: [string[], string[]] = [[], []]
  const call = { flags: { has: () => false }, terminal: { out: (line: string) => out.push(line), err: (line: string) => err.push(line) } }
  const problems = [{ edgeId: 'edge-2', problems: [{ pointer: '/routes/page', message: 'cannot be' }] }]
  const published = { revision: 7, digest: '', edges: { acked: 1, nacked: 1, of: 2, afterMs: 84, problems } }
  t.equal(tellPublished(call as unknown as Parameters<typeof tellPublished>[0], published), 1)
  t.same(out, ['revision 7 serving on 1/2 edges after 84 ms; 1 edge refused it and goes on with what it had'])
  t.same(err, ['edge-2  /routes/page  cannot be'])
  t.end()
})
