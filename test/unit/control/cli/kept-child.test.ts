import t from 'tap'
import { type ChildRecipe, KeptChild } from '../../../../control/cli/kept-child.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import type { Scope } from '../../../support/scope.ts'
import { until } from '../../../support/until.ts'

function world() {
  const clock = new ManualClock()
  const [out, err]: [string[], string[]] = [[], []]
  const terminal = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    columns: 80,
    interactive: false,
    draw: () => {},
  }
  return { clock, timers: clock, terminal, out, err }
}

const recipe = (script: string, more: Partial<ChildRecipe> = {}): ChildRecipe => ({
  name: 'child',
  args: ['-e', script],
  ready: /^ready (\d+)/,
  log: () => {},
  ...more,
})

const STAYS = 'console.log("ready " + process.pid); console.log("more"); setInterval(() => {}, 1000)'

async function start(t: Scope, script: string, more: Partial<ChildRecipe> = {}) {
  const made = world()
  const { child, match } = await KeptChild.start(recipe(script, more), made)
  t.teardown(() => child.stop(1_000))
  return { ...made, child, match }
}

t.test('it is ready when it says so, and further lines are passed on', async (t) => {
  const { match, child, out } = await start(t, STAYS)
  t.equal(Number(match[1]), child.pid)
  await until(() => out.length > 0, { what: 'the next line' })
  t.same(out, ['more'])
})

t.test('a child that ends before it is ready is an error, and is not started again', async (t) => {
  const made = world()
  await t.rejects(KeptChild.start(recipe('process.exit(3)'), made), { message: 'the child could not start: it ended with exit code 3' })
  t.equal(made.clock.pending, 0)
})

t.test('a child that is never ready is ended and given up', async (t) => {
  const made = world()
  const started = KeptChild.start(recipe('console.error(process.pid); setInterval(() => {}, 1000)', { log: made.terminal.err }), made)
  await until(() => made.err.length > 0, { what: 'the child to run' })
  made.clock.advance(59_999)
  t.equal(made.clock.pending, 1, 'a busy machine may need a while')
  made.clock.advance(1)
  await t.rejects(started, { message: /not ready within 60 s/ })
  t.throws(() => process.kill(Number(made.err[0]), 0), { code: 'ESRCH' })
})

t.test('a child that dies is started again after a wait that grows', async (t) => {
  const { child, clock, err } = await start(t, STAYS)
  for (const waitMs of [500, 1_000]) {
    const { pid } = child
    process.kill(pid!, 'SIGKILL')
    const said = err.length
    await until(() => err.length > said, { what: 'the notice' })
    t.match(err.at(-1), /the child is gone, it was ended by SIGKILL; it is started again in/)
    clock.advance(waitMs - 1)
    t.equal(child.pid, pid)
    clock.advance(1)
    t.not(child.pid, pid)
  }
})

t.test('a child that is let go or stopped stays gone', async (t) => {
  const { child, clock, err } = await start(t, STAYS)
  child.letGo()
  process.kill(child.pid!, 'SIGTERM')
  await child.stop(1_000)
  t.same(err, [])
  t.equal(clock.pending, 0)
})

t.test('a child that does not obey is ended by force', async (t) => {
  const { child, clock } = await start(t, `process.on('SIGTERM', () => console.log('no')); ${STAYS}`)
  const stopped = child.stop(3_000)
  clock.advance(3_000)
  await stopped
  t.throws(() => process.kill(child.pid!, 0), { code: 'ESRCH' })
})
