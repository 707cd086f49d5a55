// The traffic of routes that have groups: who has which share, and what becomes of a canary or a switch that is under way.

import { $, act, call, element, fill, tell } from './page.js'

/** What may be done with a shift, by its state. */
const ACTS = { running: ['Pause', 'Advance', 'Return'], paused: ['Resume', 'Advance', 'Return'] }
/** What each comes to, and how the audit tells it. */
const DONE = {
  Pause: ['is paused: its share grows no further', 'paused'],
  Resume: ['goes on', 'resumed'],
  Advance: ['is at its next step', 'moved on'],
  Return: ['is taken back', 'returned'],
}
const CLASSES = { returned: 'bad', paused: 'warn' }

/** Asks who has which share and shows it. */
export async function loadTraffic() {
  const { routes, shifts } = await call('GET', '/v1/traffic')
  const shiftOf = new Map(shifts.map((shift) => [shift.route, shift]))
  const focused = document.activeElement?.dataset?.act
  const rows = routes.map(({ route, shares, set, hasCanary }) => {
    const shift = shiftOf.get(route)
    const told = shift === undefined ? ['–', '–', setBy(set)] : shiftCells(shift)
    return [route, sharesText(shares), ...told, buttons(route, shift, hasCanary)]
  })
  fill($('traffic'), rows, 'No route has groups.')
  // Rows are made anew; who stood on a button with the keyboard should still stand on it.
  if (focused) document.querySelector(`button[data-act="${CSS.escape(focused)}"]`)?.focus()
}

function sharesText(shares) {
  return Object.entries(shares)
    .map(([group, percent]) => `${group} ${Number(percent.toFixed(2))} %`)
    .join(', ')
}

function setBy(set) {
  return set === null ? 'as the site says' : `${set.owner}: ${set.reason || 'no reason given'}`
}

/** What it is, at which step, and why. */
function shiftCells({ limits, group, stage, steps, tally, told }) {
  const counted = `${tally.group.requests} requests, ${tally.group.failures} failed`
  return [
    [`${limits === null ? 'switch' : 'canary'} of ${group}: ${stage.state}`, CLASSES[stage.state]],
    'step' in stage ? `${stage.step + 1} of ${steps.length}; ${counted}` : counted,
    [told, CLASSES[stage.state]],
  ]
}

function buttons(route, shift, hasCanary) {
  const all = element('span')
  const path = `/v1/shifts/${encodeURIComponent(route)}`
  const acts = ACTS[shift?.stage.state]
  for (const name of acts ?? []) {
    const [done, told] = DONE[name]
    const body = { reason: `${told} in the console` }
    all.append(button(name, route, { path: `${path}/${name.toLowerCase()}`, body, done: `The shift of ${route} ${done}` }))
  }
  if (acts === undefined && hasCanary) {
    const body = { kind: 'canary', reason: 'started in the console' }
    all.append(button('Start the canary', route, { path, body, done: `The canary of ${route} is at its first step` }))
  }
  return all
}

function button(name, route, { path, body, done }) {
  const made = element('button', name)
  made.type = 'button'
  made.dataset.act = `${name} ${route}`
  made.setAttribute('aria-label', `${name}: ${route}`)
  made.addEventListener('click', () =>
    act(made, async () => {
      const { edges } = await call('POST', `${path}?waitMs=2000`, body)
      await loadTraffic()
      tell(done, edges, 'shifted')
      // The button may be gone; who works by keyboard goes on from here and not from the top.
      if (!made.isConnected && document.activeElement === document.body) $('traffic-title').focus()
    }),
  )
  return made
}
