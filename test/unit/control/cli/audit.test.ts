import t from 'tap'
import { startCli } from './cli-world.ts'

t.test('the newest changes come first, as many as are asked for', async (t) => {
  const cli = await startCli(t)
  await cli.run('degrade', 'page', 'closed', '--for', '1h', '--reason', 'sale')
  const { code, out } = await cli.run('audit', '--limit', '1')
  t.equal(code, 0)
  t.match(out, /^WHEN \(UTC\) +WHO +WHAT +ON +WHY\n2026-01-01 00:00:00 +first admin +switch\.set +page +sale$/)
  t.ok(JSON.parse((await cli.run('audit', '--json')).out).length > 1)
  t.match(await cli.run('audit', '--limit', 'all'), { code: 2 })
})
