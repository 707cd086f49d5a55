import t from 'tap'
import { SITE, startCli } from './cli-world.ts'

t.test('a file is compared with what stands', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('diff', 'site.json'), { code: 0, out: 'revision 1 and site.json say the same' })
  const { 'per-client': perClient } = SITE.limits
  const limits = { 'per-client': { ...perClient, rate: '5/s' }, new: { rate: '1/s' } }
  cli.files.set('site.json', JSON.stringify({ ...SITE, limits, fallbacks: {}, routes: { page: { pool: 'app' } } }))
  const { code, out } = await cli.run('diff', 'site.json')
  t.equal(code, 0)
  t.match(out, /^4 changes|^5 changes/)
  t.match(out, /^~ \/limits\/per-client\/rate {2}"100\/s" → "5\/s"$/m)
  t.match(out, /^\+ \/limits\/new {2}\{/m)
  t.match(out, /^- \/fallbacks\/resting {2}\{/m)
  for (const line of out.split('\n')) t.ok(line.length <= 80, line)
})

t.test('without a file it says what the last revision changed', async (t) => {
  const cli = await startCli(t)
  cli.files.set('site.json', JSON.stringify({ ...SITE, name: 'second' }))
  await cli.run('publish', 'site.json')
  t.match(await cli.run('diff'), { code: 0, out: '1 change from revision 1 to revision 2:\n~ /name  "site" → "second"' })
  t.match(await cli.run('diff', '--to', '2'), { code: 0, out: /^1 change from revision 1/ })
  t.match(JSON.parse((await cli.run('diff', '--json')).out), { from: 1, to: 2, changes: [{ op: 'change', pointer: '/name' }] })
})

t.test('a file and --to at once, and a revision that is not there', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('diff', 'site.json', '--to', '1'), { code: 2 })
  t.match(await cli.run('diff', '--from', '8'), { code: 1, err: /There is no revision 8/ })
})
