// The shares of the groups of a route, in percent, together 100; "control" is one of them. Pure.

import type { Site } from '../../edge/contract/site.ts'
import type { Switchboard } from '../../edge/contract/switchboard.ts'
import { CONTROL_GROUP } from '../../edge/contract/traffic.ts'

/** Shares by group. */
export type Shares = Readonly<Record<string, number>>

/** The shares of a route in force; null when the site has no such route, or it has no groups. */
export function sharesOf(site: Site | null, board: Switchboard, route: string, nowMs: number): Shares | null {
  const split = site !== null && Object.hasOwn(site.routes, route) ? site.routes[route]!.split : undefined
  if (split === undefined) return null
  const set = board.weights?.find((each) => each.route === route && (each.expiresAtMs ?? Number.POSITIVE_INFINITY) > nowMs)
  const percentOf = (id: string) =>
    set === undefined ? split.groups[id]!.percent : Object.hasOwn(set.percents, id) ? set.percents[id]! : 0
  return whole(Object.fromEntries(Object.keys(split.groups).map((id) => [id, percentOf(id)])))
}

/** Shares with what the others leave to the control group. @param others without the control group */
export function whole(others: Shares): Shares {
  const rest = Object.values(others).reduce((left, percent) => left - percent, 100)
  return { [CONTROL_GROUP]: Math.max(0, rest), ...others }
}

/** Shares as they stand on the switchboard: without the control group, which has what is left. */
export function others(shares: Shares): Record<string, number> {
  return Object.fromEntries(Object.entries(shares).filter(([id]) => id !== CONTROL_GROUP))
}

/**
 * The shares after one group got another. The others keep their proportions, so that clients move from them into it, or back, and nobody
 * moves between them. Where the others had nothing, the control group takes what is left.
 * @param percent 0 to 100
 */
export function moved(shares: Shares, group: string, percent: number): Shares {
  const before = 100 - (shares[group] ?? 0)
  const ids = Object.keys(shares).filter((id) => id !== group)
  const rest = 100 - percent
  const shareOf = (id: string) => {
    if (before > 0) return (shares[id]! * rest) / before
    return id === CONTROL_GROUP ? rest : 0
  }
  return { ...Object.fromEntries(ids.map((id) => [id, shareOf(id)])), [group]: percent }
}

/** Shares as people read them: `control 95 %, next 5 %`. */
export function sharesText(shares: Shares): string {
  return Object.entries(shares)
    .map(([id, percent]) => `${id} ${Number(percent.toFixed(2))} %`)
    .join(', ')
}
