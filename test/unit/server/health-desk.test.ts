import t from 'tap'
import { systemTimers } from '../../../edge/base/system/clock.ts'
import { HealthDesk } from '../../../edge/server/health-desk.ts'
import { toldOf } from '../../support/exchange-maker.ts'
import { startOrigin } from '../../support/origin.ts'
import { until } from '../../support/until.ts'
import { testPorts } from './toy-worker.ts'

t.test('the peers of what was told are checked, and no longer after the end', async (t) => {
  const origin = await startOrigin(t, { status: 500 })
  const { ports } = testPorts()
  const told: string[] = []
  const desk = new HealthDesk({ ...ports, timers: systemTimers }, (readings) => {
    told.push(...readings.map(({ health, cause }) => `${health} ${cause}`))
  })
  const address = `127.0.0.1:${origin.port}`
  const healthCheck = { intervalMs: 100, timeoutMs: 60_000, unhealthyAfter: 2 }
  desk.follow(toldOf({ pools: { shop: { peers: [{ address }], healthCheck } } }))
  await until(() => told.length === 2, { what: 'the change' })
  t.same(told, ['healthy ', 'unhealthy it answered 500'])
  t.match(desk.readings(), [{ pool: 'shop', address, health: 'unhealthy' }])
  t.match(desk.reading('shop', address), { health: 'unhealthy', last: { result: { outcome: 'status' } } })
  desk.stop()
  t.same(desk.readings(), [])
})
