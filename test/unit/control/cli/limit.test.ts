import t from 'tap'
import { startCli } from './cli-world.ts'

t.test('a limit is overridden, listed beside what the site says, and given back', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('limit', 'list'), { code: 0, out: /^per-client +100\/s +address +all +-$/m })
  t.match(await cli.run('limit', 'per-client', '5/s', '--burst', '9', '--for', '1h', '--reason', 'scrapers'), {
    code: 0,
    out: /^limit per-client is 5\/s for 60 min: /,
  })
  t.match(await cli.run('limit', 'list'), { out: /^per-client +100\/s +address +all +5\/s burst 9 +60 min +first admin +scrapers$/m })
  t.match(JSON.parse((await cli.run('limit', 'list', '--json')).out), [{ id: 'per-client', override: { rate: '5/s', burst: 9 } }])
  t.match(await cli.run('limit', 'off', 'per-client'), { code: 0, out: /^limit per-client is as the site says: / })
  t.match(JSON.parse((await cli.run('limit', 'list', '--json')).out), [{ id: 'per-client', override: null }])
})

t.test('what is no rate, and what is no limit of the site, is refused', async (t) => {
  const cli = await startCli(t)
  const term = ['--for', '1h', '--reason', 'x']
  t.match(await cli.run('limit', 'per-client', 'fast', ...term), { code: 2, err: /such as 100\/s/ })
  t.match(await cli.run('limit', 'per-client', '5/s', '--burst', '0', ...term), { code: 2 })
  t.match(await cli.run('limit', 'per-client'), { code: 2 })
  t.match(await cli.run('limit', 'off'), { code: 2, err: /takes one limit/ })
  t.match(await cli.run('limit', 'nope', '5/s', ...term), { code: 1, err: /the site has no limit "nope"/ })
})
