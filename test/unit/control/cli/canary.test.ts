import t from 'tap'
import { CANARY } from '../domain/split-site.ts'
import { startSplitCli } from './split-cli.ts'

t.test('a canary is started, listed, paused, and taken back', async (t) => {
  const cli = await startSplitCli(t)
  t.match(await cli.run('canary', 'list'), { code: 0, out: /no canary stands/ })
  t.match(await cli.run('canary', 'start', 'shop', '--reason', 'version 2'), {
    code: 0,
    out: 'the canary of shop is at its first step: stands; no edge is connected, each takes it when it connects',
  })
  t.match(
    (await cli.run('canary', 'list')).out,
    /^shop +next +running +10 % +1\/3 +0 +0\nshop: 10 s of this step are left; 0 of 20 requests/m,
  )
  t.match(JSON.parse((await cli.run('canary', 'list', '--json')).out), [{ route: 'shop', steps: CANARY.steps, verdict: 'too-few' }])
  t.match(await cli.run('canary', 'pause', 'shop'), { code: 0, out: /^the shift of shop is paused: its share grows no further: / })
  t.match(await cli.run('canary', 'resume', 'shop'), { code: 0 })
  t.match(await cli.run('canary', 'advance', 'shop'), { code: 0 })
  t.match((await cli.run('canary', 'list')).out, /^shop +next +running +50 % +2\/3/m)
  t.match(await cli.run('canary', 'return', 'shop', '--reason', 'wrong prices'), { code: 0, out: /is taken back/ })
  t.match((await cli.run('canary', 'list')).out, /^shop +next +returned +0 % +- +0 +0\nshop: wrong prices$/m)
  t.match((await cli.run('troubles')).out, /^canary-returned +v2 .*wrong prices/m)
})

t.test('what is missing or mistyped is a usage fault, and what cannot be is said', async (t) => {
  const cli = await startSplitCli(t)
  for (const words of [
    [],
    ['start'],
    ['start', 'shop'],
    ['start', 'shop', 'cart', '--reason', 'x'],
    ['stop', 'shop'],
    ['list', 'shop'],
    ['return'],
  ]) {
    t.match(await cli.run('canary', ...words), { code: 2 }, words.join(' '))
  }
  t.match(await cli.run('canary', 'start', 'cart', '--reason', 'x'), { code: 1, err: /has no canary/ })
  t.match(await cli.run('canary', 'return', 'shop'), { code: 1, err: /There is no shift of "shop"/ })
})
