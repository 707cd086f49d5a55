import { readFileSync } from 'node:fs'
import t from 'tap'
import { CliWorld } from './cli-world.ts'

t.test('the version is that of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as { version: string }
  t.match(await new CliWorld().run('version'), { code: 0, out: `weir ${version} on Node ${process.version}` })
  t.match(await new CliWorld().run('version', 'x'), { code: 2, err: /version takes flags only; "x" is none/ })
  t.same(JSON.parse((await new CliWorld().run('version', '--json')).out), { weir: version, node: process.version })
})
