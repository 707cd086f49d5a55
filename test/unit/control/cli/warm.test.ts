import t from 'tap'
import { startEdge } from '../../../support/edge.ts'
import { startOrigin } from '../../../support/origin.ts'
import type { Scope } from '../../../support/scope.ts'
import { CliWorld } from './cli-world.ts'

async function shop(t: Scope) {
  const origin = await startOrigin(t)
  for (const path of ['/1', '/2', '/3']) origin.on(path, { body: path, headers: { 'cache-control': 'max-age=60' } })
  origin.on('/mine', { body: 'mine', headers: { 'cache-control': 'private' } })
  const pools = { shop: { peers: [{ address: `127.0.0.1:${origin.port}` }] } }
  const edge = await startEdge(t, { site: { pools, routes: { all: { pool: 'shop', cache: { crawlerFills: 'all' } } } } })
  const cli = new CliWorld()
  cli.stopped = new Promise(() => {})
  const warm = (...words: string[]) => cli.run('warm', ...words, '--to', edge.url, '--rate', '1000/s')
  return { origin, edge, cli, warm }
}

t.test('a list is asked for once; the second time all is there', async (t) => {
  const { origin, cli, warm } = await shop(t)
  cli.files.set('pages.txt', '/1\n/2\n/3\n/mine\n')
  const first = await warm('pages.txt')
  t.equal(first.out, '4 of 4 pages: 3 stored, 0 there already, 1 not kept, 0 failed')
  t.match(first.err, /100 % 4\/4/)
  t.equal(first.code, 0)
  const second = await warm('pages.txt', '--json')
  t.match(JSON.parse(second.out), { of: 4, done: 4, hit: 3, stored: 0, passed: 1, failed: 0, failures: [] })
  t.equal(origin.requests.length, 5)
})

t.test('an access log gives the pages that people want most', async (t) => {
  const { origin, edge, cli, warm } = await shop(t)
  const host = new URL(edge.url).host
  const line = (target: string) => JSON.stringify({ event: 'exchange', method: 'GET', host, target, status: 200, class: 'person' })
  cli.files.set('access.log', [line('/1'), line('/2'), line('/2'), '{"cut'].join('\n'))
  t.match(await warm('--from-log', 'access.log', '--top', '1'), { code: 0, out: /^1 of 1 page: 1 stored/ })
  t.same(
    origin.requests.map(({ target }) => target),
    ['/2'],
  )
})

t.test('what fails is named, and the exit code says so', async (t) => {
  const { origin, cli, warm } = await shop(t)
  origin.on('/broken', { status: 500 })
  cli.files.set('pages.txt', '/broken\n/1\n')
  const run = await warm('pages.txt')
  t.equal(run.code, 1)
  t.match(run.err, /\/broken: answered 500/)
  t.match(run.out, /1 stored, 0 there already, 0 not kept, 1 failed/)
})

t.test('one that is stopped says how far it is, and goes on from there', async (t) => {
  const { origin, cli, warm } = await shop(t)
  cli.files.set('pages.txt', '/1\n/2\n/3\n')
  cli.stopped = Promise.resolve('SIGINT')
  const cut = await warm('pages.txt', '--connections', '1')
  t.equal(cut.code, 1)
  t.match(cut.err, /stopped after [01] of 3 pages; the same command with --resume goes on/)
  cli.stopped = new Promise(() => {})
  t.match(await warm('pages.txt', '--resume'), { code: 0, out: /^3 of 3 pages: 3 stored/ })
  t.equal(origin.requests.length, 3)
})

t.test('what cannot be done is refused with what to do', async (t) => {
  const { cli, warm } = await shop(t)
  cli.files.set('pages.txt', '/1\nshop\n')
  cli.files.set('empty.txt', '# none\n')
  t.match(await warm('pages.txt'), { code: 1, err: /pages\.txt:2 is neither a URL nor a path/ })
  t.match(await warm('empty.txt'), { code: 1, err: /names no page/ })
  t.match(await warm('nowhere.txt'), { code: 1, err: /there is no file/ })
  t.match(await warm(), { code: 2, err: /takes one FILE/ })
  t.match(await cli.run('warm', 'pages.txt', '--rate', 'fast'), { code: 2, err: /--rate must be a rate/ })
  t.match(await cli.run('warm', 'pages.txt', '--to', 'shop'), { code: 2, err: /--to must be a URL/ })
})
