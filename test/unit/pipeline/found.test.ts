import t from 'tap'
import { endFlight } from '../../../edge/pipeline/found.ts'

t.test('whoever leads a flight lets go of those who wait for it', async (t) => {
  const heard: string[] = []
  const flight = { role: 'leader', finish: (outcome: { kind: string }) => void heard.push(outcome.kind) } as const
  endFlight({ kind: 'miss', key: 'k', flight, waited: 'no' })
  t.same(heard, ['failed'])
})

t.test('who leads none has nothing to end', async (t) => {
  t.doesNotThrow(() => endFlight({ kind: 'miss', key: 'k', flight: null, waited: 'no' }))
  t.doesNotThrow(() => endFlight({ kind: 'bypass', reason: 'method' }))
})
