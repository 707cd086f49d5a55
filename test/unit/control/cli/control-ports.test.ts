import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { controlPorts } from '../../../../control/cli/control-ports.ts'
import { tempDir } from '../../../support/temp-dir.ts'
import { until } from '../../../support/until.ts'

t.test('the log goes to a file, folder and all, and is written out at the end', async (t) => {
  const file = join(tempDir(t), 'state', 'control.log')
  const { ports, flushLog } = controlPorts(file)
  ports.log.info({ event: 'tried' })
  await until(() => readFileSync(file, 'utf8').includes('tried'), { what: 'the line' })
  flushLog()
  t.match(JSON.parse(readFileSync(file, 'utf8')), { event: 'tried', part: 'control' })
})

t.test('clocks run and chance is one', (t) => {
  const { ports } = controlPorts('off')
  t.ok(ports.clock.wallMs() > Date.UTC(2026, 0, 1))
  t.match(ports.random.hex(8), /^[0-9a-f]{16}$/)
  t.end()
})
