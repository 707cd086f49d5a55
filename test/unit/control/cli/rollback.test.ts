import t from 'tap'
import { SITE, startCli } from './cli-world.ts'

t.test('without a number the revision before comes back under a new number', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('rollback'), { code: 1, err: /there is no revision before the one that stands/ })
  cli.files.set('site.json', JSON.stringify({ ...SITE, name: 'second' }))
  await cli.run('publish', 'site.json')
  t.match(await cli.run('rollback'), { code: 0, out: /^revision 3 / })
  t.match(JSON.parse((await cli.run('audit', '--json')).out)[0], { action: 'site.rollback', reason: 'back to revision 1' })
  t.match(await cli.run('diff', '--from', '1', '--to', '3'), { code: 0, out: 'revision 1 and revision 3 say the same' })
})

t.test('a revision can be named, with or without its r', async (t) => {
  const cli = await startCli(t)
  t.match(await cli.run('rollback', 'r1'), { code: 0, out: /stands already/ })
  t.match(await cli.run('rollback', '9'), { code: 1, err: /There is no revision 9/ })
  t.match(await cli.run('rollback', 'last'), { code: 2 })
})
