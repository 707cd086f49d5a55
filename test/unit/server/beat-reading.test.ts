import t from 'tap'
import { beatReading } from '../../../edge/server/beat-reading.ts'
import { Supervisor } from '../../../edge/server/supervisor.ts'
import { bootstrapOf } from './start-listener.ts'
import { TELL, testPorts, toldOf, toyWorker } from './toy-worker.ts'

t.test('an edge reads as the sum of its workers; Redis is down when one of them has lost it', async (t) => {
  const supervisor = new Supervisor(toyWorker(t), bootstrapOf(), 2, testPorts().ports)
  t.teardown(() => supervisor.drain(0))
  await supervisor.start(toldOf(TELL.ok))
  t.same(await beatReading(supervisor), { inFlight: 3, requests: 20, hitRatio: 0.5, workers: 2, redis: 'down' })
})

t.test('an edge without workers reads as nothing', async (t) => {
  const supervisor = new Supervisor(toyWorker(t), bootstrapOf(), 1, testPorts().ports)
  t.same(await beatReading(supervisor), { inFlight: 0, requests: 0, hitRatio: null, workers: 0, redis: 'none' })
})
