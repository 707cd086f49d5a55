import t from 'tap'
import { refusal, usageError } from '../../../../control/cli/cli-error.ts'
import type { Command } from '../../../../control/cli/command.ts'
import { runCommand } from '../../../../control/cli/run-command.ts'
import { CliWorld } from './cli-world.ts'

const command = (run: Command['run']): Command => ({ name: 'try', summary: 'a try', usage: ['try'], flags: {}, examples: [], run })

async function run(words: string[], made: Command) {
  const [out, err]: [string[], string[]] = [[], []]
  const terminal = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    columns: 80,
    interactive: false,
    draw: () => {},
  }
  let held = 0
  const hold = () => {
    held += 1
    return () => {
      held -= 1
    }
  }
  const world = { terminal, env: {}, hold, isHeld: () => held === 1 } as unknown as Parameters<typeof runCommand>[2]
  const code = await runCommand(words, [made], world)
  if (held !== 0) throw new Error('the process would never end')
  return { code, out, err }
}

t.test('an unknown verb is a usage error that names the nearest one', async (t) => {
  const { code, err } = await new CliWorld().run('publsh')
  t.equal(code, 2)
  t.match(err, /there is no command "publsh"; did you mean "publish"\?/)
  t.match(err, /weir help/)
})

t.test('help for a verb of the edge says where its help is', async (t) => {
  t.match(await new CliWorld().run('help', 'proxy'), { code: 0, out: '`weir proxy --help` says how it is used.' })
})

t.test('a refusal is one sentence and exit code 1', async (t) => {
  const made = command(async () => {
    throw refusal('it cannot be')
  })
  t.same(await run(['try'], made), { code: 1, out: [], err: ['weir: it cannot be'] })
})

t.test('with --json a refusal is JSON too', async (t) => {
  const made = command(async () => {
    throw refusal('it cannot be', [{ pointer: '/a', message: 'b' }])
  })
  const { code, out } = await run(['try', '--json'], made)
  t.equal(code, 1)
  t.same(JSON.parse(out.join('\n')), { error: 'it cannot be', problems: [{ pointer: '/a', message: 'b' }] })
})

t.test('a usage error says where help is', async (t) => {
  const made = command(async () => {
    throw usageError('say more')
  })
  t.same(await run(['try'], made), { code: 2, out: [], err: ['weir: say more', '`weir try --help` says how it is used.'] })
})

t.test('a fault of ours is not swallowed', async (t) => {
  const made = command(async () => {
    throw new TypeError('oops')
  })
  await t.rejects(run(['try'], made), { message: 'oops' })
})

t.test('the process is kept for as long as a command runs, whatever it waits for', async (t) => {
  const isHeld: boolean[] = []
  const made = command(async (call) => {
    isHeld.push((call as unknown as { isHeld(): boolean }).isHeld())
    return 7
  })
  t.match(await run(['try'], made), { code: 7 })
  t.same(isHeld, [true])
})
