import t from 'tap'
import { startSplitCli } from './split-cli.ts'

t.test('shares are set by hand, listed, and taken back', async (t) => {
  const cli = await startSplitCli(t)
  t.match((await cli.run('traffic', 'list')).out, /^shop +control 90 %, next 0 %, zone 10 % +the site$/m)
  t.match(await cli.run('traffic', 'set', 'shop', 'next=2.5', 'zone=0', '--reason', 'a look', '--for', '1h'), {
    code: 0,
    out: /^shop: next=2\.5, zone=0 percent for 60 min: stands/,
  })
  t.match((await cli.run('traffic', 'list')).out, /^shop +control 97\.5 %, next 2\.5 %, zone 0 % +first admin +a look$/m)
  t.match(await cli.run('traffic', 'off', 'shop', '--reason', 'enough'), { code: 0, out: /^shop is shared as the site says: / })
  t.match(await cli.run('traffic', 'off', 'shop'), { code: 1, err: /No shares of "shop" are set, and no other either/ })
})

t.test('a zone is switched to in steps, and back', async (t) => {
  const cli = await startSplitCli(t)
  const words = ['traffic', 'switch', 'cart', '--to', 'zone', '--steps', '25,100', '--every', '10m', '--reason', 'work']
  t.match(await cli.run(...words), { code: 0, out: /^cart moves to zone; the first step: stands/ })
  t.match((await cli.run('traffic', 'list')).out, /^cart +control 75 %, zone 25 %/m)
  t.match((await cli.run('traffic', 'list')).out, /^cart +zone +running +25 % +1\/2 +0 +0\ncart: 600 s of this step are left$/m)
  t.match(JSON.parse((await cli.run('traffic', 'list', '--json')).out), {
    routes: [{ route: 'shop' }, { route: 'cart' }],
    shifts: [{ group: 'zone' }],
  })
  t.match((await cli.run('canary', 'list')).out, /no canary stands/, 'nobody judges it')
  t.match(await cli.run('traffic', 'advance', 'cart'), { code: 0 })
  t.match(await cli.run('traffic', 'return', 'cart'), { code: 0 })
  t.match((await cli.run('traffic', 'list')).out, /^cart +control 100 %, zone 0 %/m)
})

t.test('what is missing or mistyped is a usage fault', async (t) => {
  const cli = await startSplitCli(t)
  const lines = ['', 'list shop', 'set shop --reason x', 'set shop v2 --reason x', 'set shop v2=a --reason x', 'set shop v2=101 --reason x']
  const more = [
    'set shop next=1',
    'set shop =1 --reason x',
    'switch cart --reason x',
    'switch cart --to zone',
    'switch cart --to zone --steps 5,x --reason x',
    'go shop',
  ]
  for (const line of [...lines, ...more]) t.match(await cli.run('traffic', ...line.split(' ').filter(Boolean)), { code: 2 }, line)
})
