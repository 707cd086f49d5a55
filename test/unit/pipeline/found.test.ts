import t from 'tap'
import type { Abort } from '../../../edge/base/abort.ts'
import { endFlight } from '../../../edge/pipeline/found.ts'

t.test('whoever leads a flight lets go of those who wait for it', async (t) => {
  const heard: string[] = []
  const wantedWith = (client: Abort) => client
  const flight = { role: 'leader', begin() {}, wantedWith, finish: (outcome: { kind: string }) => void heard.push(outcome.kind) } as const
  endFlight({ kind: 'miss', key: 'k', flight, waited: 'no' })
  t.same(heard, ['failed'])
})

t.test('who leads none has nothing to end', async (t) => {
  t.doesNotThrow(() => endFlight({ kind: 'miss', key: 'k', flight: null, waited: 'no' }))
  t.doesNotThrow(() => endFlight({ kind: 'bypass', reason: 'method' }))
})
