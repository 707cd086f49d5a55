import t from 'tap'
import { beatReading } from '../../../edge/server/beat-reading.ts'
import { createSupervisor } from './create-supervisor.ts'
import { TELL, toldOf } from './toy-worker.ts'

t.test(
  'an edge reads as the sum of its workers; Redis is down when one of them has lost it, the pressure is that of the worst',
  async (t) => {
    const { supervisor } = createSupervisor(t, 2)
    await supervisor.start(toldOf(TELL.ok))
    const { mirrors, ...rest } = await beatReading(supervisor)
    t.match(mirrors, [{ route: 'r', pool: 'next', outcomes: { same: 3 } }])
    t.same(rest, {
      inFlight: 3,
      requests: 20,
      hitRatio: 0.5,
      workers: 2,
      redis: 'down',
      pressure: 3,
      groups: [{ route: 'r', group: 'g', requests: 4, failures: 1, times: [1, 2] }],
      troubles: [{ kind: 'ejected', pool: 'shop', peer: 'a:1', cause: 'x', untilMs: 1 }],
      hotKeys: [{ key: 'k', ratePerS: 3 }],
    })
  },
)

t.test('an edge without workers reads as nothing', async (t) => {
  const { supervisor } = createSupervisor(t, 1)
  t.same(await beatReading(supervisor), {
    inFlight: 0,
    requests: 0,
    hitRatio: null,
    workers: 0,
    redis: 'none',
    pressure: 0,
    groups: [],
    troubles: [],
    mirrors: [],
    hotKeys: [],
  })
})
