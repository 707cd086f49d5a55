import t from 'tap'
import type { EdgeState } from '../../../../control/domain/edge-state.ts'
import { fleetHotKeys } from '../../../../control/domain/hot-keys.ts'

function edge(state: 'connected' | 'gone', hotKeys?: readonly { key: string; ratePerS: number }[]): EdgeState {
  return { connection: { state }, beat: hotKeys === undefined ? {} : { hotKeys } } as unknown as EdgeState
}

t.test('keys of all connected edges are added up, the most wanted first', (t) => {
  const edges = [
    edge('connected', [
      { key: 'a', ratePerS: 10 },
      { key: 'b', ratePerS: 9 },
    ]),
    edge('connected', [{ key: 'b', ratePerS: 5 }]),
    edge('gone', [{ key: 'c', ratePerS: 1_000 }]),
    edge('connected'),
    { ...edge('connected'), beat: null },
  ]
  t.same(fleetHotKeys(edges, 10), [
    { key: 'b', ratePerS: 14, edges: 2 },
    { key: 'a', ratePerS: 10, edges: 1 },
  ])
  t.equal(fleetHotKeys(edges, 1).length, 1)
  t.end()
})
