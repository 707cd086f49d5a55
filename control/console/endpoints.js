// What is discovered: how fresh it is, what changed last, and what is held until somebody says a word.

import { $, act, call, duration, element, fill, tell, timeLeft } from './page.js'

/** Asks for what discovery knows and shows it. */
export async function loadEndpoints() {
  const { reports } = await call('GET', '/v1/endpoints')
  const rows = reports.map((report) => [
    report.service,
    String(report.peers),
    report.ageMs === null ? ['never', 'bad'] : `${duration(Math.max(1, report.ageMs))} ago`,
    report.index ?? '–',
    changed(report.difference),
    held(report.hold),
    report.lastError === null ? '–' : [report.lastError, report.hold ? 'warn' : 'bad'],
    report.hold ? words(report.service, report.hold) : '',
  ])
  fill($('endpoints'), rows, 'No pool discovers anything.')
}

function changed(difference) {
  if (difference === null) return '–'
  const { atMs, ...kinds } = difference
  const parts = Object.entries(kinds).filter(([, { count }]) => count > 0)
  return `${parts.map(([kind, { count }]) => `${count} ${kind}`).join(', ')} at ${new Date(atMs).toLocaleTimeString()}`
}

function held(hold) {
  if (hold === null) return '–'
  if (hold.refused) return ['refused', 'warn']
  return hold.untilMs === null ? ['until a word', 'bad'] : timeLeft(hold.untilMs)
}

function words(service, hold) {
  const both = element('span')
  both.append(word('Accept', service, hold), word('Refuse', service, hold))
  return both
}

function word(name, service, { id, kept, listed }) {
  const verdict = name.toLowerCase()
  const button = element('button', name)
  button.type = 'button'
  button.setAttribute('aria-label', `${name} what is held of ${service}`)
  button.addEventListener('click', () => {
    // To let peers go is what takes a pool down; the question costs a second.
    if (verdict === 'accept' && !confirm(`Let ${kept.count} peers of ${service} go, and leave ${listed}?`)) return
    act(button, async () => {
      const body = { service, hold: id, reason: `${verdict === 'accept' ? 'accepted' : 'refused'} in the console` }
      const { edges } = await call('POST', `/v1/endpoints/${verdict}?waitMs=2000`, body)
      await loadEndpoints()
      if (verdict === 'accept') tell(`${kept.count} peers of ${service} are let go`, edges, 'decided')
      else $('decided').textContent = `${kept.count} peers of ${service} are kept until the answer recovers.`
      // The button is gone with its row; who works by keyboard goes on from here and not from the top.
      $('endpoints-title').focus()
    })
  })
  return button
}
