// What is not in order in the pools, as the edges see it.

import { $, call, fill, timeLeft } from './page.js'

/** Asks for the troubles and shows them. */
export async function loadTroubles() {
  const { troubles } = await call('GET', '/v1/troubles')
  const rows = troubles.map(({ kind, pool, peer, untilMs, edges, cause }) => [
    [kind, 'bad'],
    pool,
    peer ?? 'the whole pool',
    untilMs === undefined ? '–' : timeLeft(untilMs),
    edges.join(', '),
    cause,
  ])
  fill($('troubles'), rows, 'All pools are in order.')
}
