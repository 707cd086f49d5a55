import t from 'tap'
import type { EdgeState } from '../../../../control/domain/edge-state.ts'
import { fleetMirrors } from '../../../../control/domain/fleet-mirrors.ts'

const reading = { route: 'shop', pool: 'next', inFlight: 0, outcomes: { same: 2 }, differences: {}, examples: [] }
const edge = (mirrors: object[] | undefined, state = 'connected') =>
  ({ edgeId: 'e', connection: { state }, beat: mirrors === undefined ? null : { mirrors } }) as unknown as EdgeState

t.test('the mirrors of connected edges are added up by route; an older edge says nothing of them', async (t) => {
  const older = { edgeId: 'e', connection: { state: 'connected' }, beat: {} } as unknown as EdgeState
  const all = fleetMirrors([edge([reading]), edge([reading]), edge([reading], 'gone'), edge(undefined), older])
  t.match(all, [{ route: 'shop', outcomes: { same: 4, failed: 0 } }])
  t.equal(all.length, 1)
})
