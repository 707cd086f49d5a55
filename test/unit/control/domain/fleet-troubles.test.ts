import t from 'tap'
import type { EdgeState } from '../../../../control/domain/edge-state.ts'
import { fleetTroubles } from '../../../../control/domain/fleet-troubles.ts'
import type { Trouble } from '../../../../edge/contract/trouble.ts'

const edge = (edgeId: string, troubles: readonly Trouble[] | undefined, state = 'connected') =>
  ({ edgeId, connection: { state }, beat: troubles === undefined ? null : { troubles } }) as unknown as EdgeState
const ejected = (peer: string, untilMs: number): Trouble => ({ kind: 'ejected', pool: 'shop', peer, cause: 'c', untilMs })

t.test('each trouble stands once, with the edges that see it and its latest end, the most seen first', async (t) => {
  const troubles = fleetTroubles([edge('e1', [ejected('b:1', 3), ejected('a:1', 1)]), edge('e2', [ejected('a:1', 2)])])
  t.same(troubles, [
    { ...ejected('a:1', 2), edges: ['e1', 'e2'] },
    { ...ejected('b:1', 3), edges: ['e1'] },
  ])
})

t.test('what an edge that is gone saw last says nothing; an edge before its first beat neither', async (t) => {
  t.same(fleetTroubles([edge('e1', [ejected('a:1', 1)], 'gone'), edge('e2', undefined)]), [])
})
