import t from 'tap'
import { startCli } from './cli-world.ts'

t.test('a switch is set, listed with its time left, and taken back', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('degrade', 'page', 'cache-only', '--for', '30m', '--reason', 'slow database'), {
    code: 0,
    out: /^switch page: page cache-only for 30 min: stands; no edge is connected/,
  })
  cli.clock.setWall(cli.clock.wallMs() + 10 * 60_000)
  const { out } = await cli.run('degrade', 'list')
  t.match(out, /^page +cache-only +page +all +20 min +first admin +slow database$/m)
  t.match(await cli.run('degrade', 'off', 'page', '--reason', 'fixed'), { code: 0, out: /^switch page is off: / })
  t.match(await cli.run('degrade', 'list'), { code: 0, out: 'no switch is set' })
  t.match(JSON.parse((await cli.run('audit', '--json')).out)[0], { action: 'switch.clear', subject: 'page', reason: 'fixed' })
})

t.test('all routes, one kind of client, a name of its own', async (t) => {
  const cli = await startCli(t)
  await cli.run('degrade', 'all', 'closed', '--clients', 'crawlers', '--for', '1h', '--reason', 'sale')
  await cli.run('degrade', 'all', 'fallback', '--id', 'night', '--for', '1h', '--reason', 'sale')
  t.match(JSON.parse((await cli.run('degrade', 'list', '--json')).out), [
    { id: 'all-crawlers', routes: [], clients: 'crawlers', mode: 'closed' },
    { id: 'night', routes: [], clients: 'all', mode: 'fallback' },
  ])
})

t.test('what is missing or mistyped is said before anything is sent', async (t) => {
  const cli = await startCli(t)
  const term = ['--for', '1h', '--reason', 'x']
  t.match(await cli.run('degrade', 'page', 'closed', '--reason', 'x'), { code: 2, err: /--for 30m/ })
  t.match(await cli.run('degrade', 'page', 'closed', '--for', '1h'), { code: 2, err: /--reason/ })
  for (const long of ['31d', '0s'])
    t.match(await cli.run('degrade', 'page', 'closed', '--for', long, '--reason', 'x'), { code: 2, err: /from 1s to 30d/ })
  t.match(await cli.run('degrade', 'page', 'close', ...term), { code: 2, err: /did you mean "closed"\?/ })
  t.match(await cli.run('degrade', 'page', 'closed', '--clients', 'bots', ...term), { code: 2 })
  t.match(await cli.run('degrade', 'page', 'closed', '--id', 'No Good', ...term), { code: 2 })
  t.match(await cli.run('degrade', 'page'), { code: 2 })
  t.match(await cli.run('degrade', 'off'), { code: 2, err: /the name of one switch; `weir degrade list` shows them/ })
  t.match(await cli.run('degrade', 'list'), { out: 'no switch is set' })
})

t.test('a name that is empty is not taken for every route', async (t) => {
  const cli = await startCli(t)
  for (const routes of ['', ',', 'page,'])
    t.match(await cli.run('degrade', routes, 'closed', '--for', '1h', '--reason', 'x'), { code: 2, err: /name the routes/ }, routes)
  t.match(await cli.run('degrade', 'list'), { out: 'no switch is set' })
})

t.test('a route the site does not have, and a switch that does not stand, are refused', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('degrade', 'nope', 'closed', '--for', '1h', '--reason', 'x'), { code: 1, err: /the site has no route "nope"/ })
  t.match(await cli.run('degrade', 'off', 'nope'), { code: 1, err: /No switch "nope" is set, and no other either/ })
})
