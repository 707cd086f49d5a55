import t from 'tap'
import { startCli } from './cli-world.ts'

t.test('a peer is taken out, listed with its time left, and put back', async (t) => {
  const cli = await startCli(t)
  const term = ['--for', '2h', '--reason', 'new disk']
  t.match(await cli.run('peer', 'list'), { code: 0, out: /app +127\.0\.0\.1:3000 +1 +in service/ })
  t.match(await cli.run('peer', 'drain', 'app', '127.0.0.1:3000', ...term), { code: 1, err: /last usable peer of the pool "app"/ })
  t.match(await cli.run('peer', 'drain', 'app', '127.0.0.1:3000', '--last', 'allow', ...term), {
    code: 0,
    out: /^peer app 127\.0\.0\.1:3000 is out of service for 2 h: stands/,
  })
  cli.clock.setWall(cli.clock.wallMs() + 3_600_000)
  t.match(await cli.run('peer', 'list', 'app'), { out: /maintenance +60 min +first admin: new disk/ })
  t.match(await cli.run('peer', 'restore', 'app', '127.0.0.1:3000'), { code: 0, out: /back in service/ })
  t.match(await cli.run('peer', 'restore', 'app', '127.0.0.1:3000'), { code: 1, err: /not out of service/ })
  t.match(await cli.run('peer', 'drain', 'all', '127.0.0.1:3000', '--last', 'allow', ...term), { code: 0 })
  t.match(await cli.run('peer', 'restore', 'all', '127.0.0.1:3000'), { code: 0 })
})

t.test('what is missing or mistyped is said before anything is sent', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('peer'), { code: 2, err: /peer takes list, or drain or restore/ })
  t.match(await cli.run('peer', 'drain', 'app'), { code: 2 })
  t.match(await cli.run('peer', 'drain', 'app', 'a:1', '--reason', 'x'), { code: 2, err: /--for/ })
  t.match(await cli.run('peer', 'drain', 'app', 'a:1', '--for', '1h', '--reason', 'x', '--last', 'yes'), {
    code: 2,
    err: /--last takes allow/,
  })
  t.match(await cli.run('peer', 'list', 'nope'), { code: 0, out: 'there is no such peer' })
})
