// Shares of groups on the switchboard: pure, from one board to the next.

import Type from 'typebox'
import { pointerMember } from '../../edge/contract/problem.ts'
import type { Site } from '../../edge/contract/site.ts'
import { MAX_STANDING_MS, type Switchboard, type Weights, WeightsSchema } from '../../edge/contract/switchboard.ts'
import { CONTROL_GROUP } from '../../edge/contract/traffic.ts'
import { DurationMs, SECOND_MS } from '../../edge/contract/units.ts'
import { others, type Shares, sharesOf } from './shares.ts'
import { type BoardChange, type By, inForce, MAX_STANDING } from './switches.ts'

/** Beyond it a sum is not the rounding of 100. */
const WHOLE = 100 + 1e-6

/** What an operator says to set the shares of groups; the route stands in the URL, the owner is who asks. */
export const WeightsOrderSchema = Type.Object(
  {
    percents: WeightsSchema.properties.percents,
    reason: WeightsSchema.properties.reason,
    forMs: Type.Optional(
      DurationMs({
        minimum: SECOND_MS,
        maximum: MAX_STANDING_MS,
        description: 'How long they stand; until they are taken back when left out.',
      }),
    ),
  },
  { additionalProperties: false },
)
/** What an operator says to set the shares of groups. */
export type WeightsOrder = Type.Static<typeof WeightsOrderSchema>

/** Sets the shares that are named; groups that are not keep theirs, and the control group has what is left. */
export function setWeights(board: Switchboard, site: Site | null, wanted: WeightsOrder & { readonly route: string }, by: By): BoardChange {
  const { route, percents, reason, forMs } = wanted
  const shares = sharesOf(site, board, route, by.nowMs)
  if (shares === null) return refused(`/routes/${pointerMember(route)}`, `the site has no route "${route}" with groups`)
  for (const id of Object.keys(percents)) {
    if (id === CONTROL_GROUP) return refused(`/percents/${id}`, 'has what the others leave; set theirs')
    if (!Object.hasOwn(shares, id))
      return refused(`/percents/${pointerMember(id)}`, `there is no such group; there is ${Object.keys(others(shares)).join(', ')}`)
  }
  const next = { ...others(shares), ...percents }
  const sum = Object.values(next).reduce((all, percent) => all + percent, 0)
  if (sum > WHOLE)
    return refused('/percents', `must share at most 100 percent; with the groups that are not named they share ${Number(sum.toFixed(3))}`)
  const until = forMs === undefined ? {} : { expiresAtMs: by.nowMs + forMs }
  return withWeights(board, { route, percents: next, owner: by.owner, reason, setAtMs: by.nowMs, ...until }, by.nowMs)
}

/** The board with these shares of a route, in place of those that it has. */
export function withWeights(board: Switchboard, weights: Weights, nowMs: number): BoardChange {
  const standing = inForce(board, nowMs)
  const rest = (standing.weights ?? []).filter(({ route }) => route !== weights.route)
  if (rest.length >= MAX_STANDING) return refused('', `${MAX_STANDING} already stand; take one back first`)
  return { kind: 'changed', board: { ...standing, weights: [...rest, weights], seq: board.seq + 1 } }
}

/** Takes the shares of a route back, so that those of the site stand; `absent` when none are set. */
export function clearWeights(board: Switchboard, route: string, nowMs: number): BoardChange {
  const { weights = [], ...standing } = inForce(board, nowMs)
  const rest = weights.filter((each) => each.route !== route)
  if (rest.length === weights.length) return { kind: 'absent' }
  return { kind: 'changed', board: { ...standing, ...(rest.length === 0 ? {} : { weights: rest }), seq: board.seq + 1 } }
}

/** Shares as an entry of the board. */
export function weightsOf(route: string, shares: Shares, { owner, nowMs }: By, reason: string): Weights {
  return { route, percents: others(shares), owner, reason: reason.slice(0, 512), setAtMs: nowMs }
}

function refused(pointer: string, message: string): BoardChange {
  return { kind: 'refused', problems: [{ pointer, message }] }
}
