import t from 'tap'
import { COMMANDS } from '../../../../control/cli/main.ts'
import { CliWorld } from './cli-world.ts'

t.test('every command has its own name, a summary, a usage that begins with it, and help that fits its line', async (t) => {
  const world = new CliWorld()
  t.equal(new Set(COMMANDS.map(({ name }) => name)).size, COMMANDS.length)
  for (const { name, usage, summary, examples } of COMMANDS) {
    t.ok(summary.length > 0 && summary.length < 70, name)
    for (const line of [...usage, ...examples]) t.ok(line.startsWith(name), line)
    const { code, out } = await world.run(name, '--help')
    t.equal(code, 0)
    t.match(out.replace(/\s+/g, ' '), usage[0]!, 'whole, however it is wrapped')
  }
})

t.test('help lists every command, and says nothing to standard error', async (t) => {
  const { code, out, err } = await new CliWorld().run('help')
  t.equal(code, 0)
  for (const { name } of COMMANDS) t.match(out, new RegExp(`^ {2}${name} `, 'm'))
  t.match(out, /^ {2}proxy /m)
  t.match(out, /^ {2}edge /m)
  t.equal(err, '')
  t.equal((await new CliWorld().run()).code, 0, 'as does no word at all')
})

t.test('version says which Weir, and --version does too', async (t) => {
  t.match(await new CliWorld().run('version'), { code: 0, out: /^weir \d+\.\d+\.\d+ on Node v26/ })
  t.match(await new CliWorld().run('--version'), { code: 0, out: /^weir / })
})
