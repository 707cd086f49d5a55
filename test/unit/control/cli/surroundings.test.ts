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
