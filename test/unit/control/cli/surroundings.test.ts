import { spawnSync } from 'node:child_process'
import t from 'tap'
import { processSurroundings } from '../../../../control/cli/surroundings.ts'

t.test('tables have room however narrow the terminal is', (t) => {
  t.ok(processSurroundings().terminal.columns >= 60)
  t.equal(processSurroundings().env, process.env)
  t.end()
})

t.test('the first signal that asks for an end is told, and a second one tears nothing down', async (t) => {
  const stopped = processSurroundings().untilStopped()
  process.emit('SIGTERM', 'SIGTERM')
  process.emit('SIGINT', 'SIGINT')
  t.equal(await stopped, 'SIGTERM')
  t.ok(process.listenerCount('SIGINT') > 0)
})

t.test('a process is held until it is let go, though nothing but a timer of ours is left', (t) => {
  const url = (path: string) => JSON.stringify(new URL(`../../../../${path}`, import.meta.url).href)
  const script = `
    const { processSurroundings } = await import(${url('control/cli/surroundings.ts')})
    const { hold, timers } = processSurroundings()
    const release = process.argv[1] === 'held' ? hold() : () => {}
    timers.after(50, () => { console.log('done'); release() })
    await Promise.resolve()`
  const run = (how: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', script, how], { encoding: 'utf8', timeout: 60_000 })
  t.match(run('held'), { status: 0, stdout: 'done\n' })
  t.match(run('not held'), { status: 0, stdout: '' })
  t.end()
})
