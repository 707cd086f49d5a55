import t from 'tap'
import { newsOf } from '../../../edge/server/worker-messages.ts'
import { toldOf } from '../../support/exchange-maker.ts'

t.test('a worker is told what is new, and the site only when that is', async (t) => {
  const told = toldOf({})
  t.same(newsOf(told, 'all'), { part: 'all', told })
  t.same(newsOf(told, 'switches'), { part: 'switches', told: { revision: 1, switchboard: told.switchboard } })
  t.same(newsOf(told, 'endpoints'), { part: 'endpoints', told: { revision: 1, endpoints: told.endpoints } })
})
