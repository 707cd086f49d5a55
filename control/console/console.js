// The console: one page that shows what the control plane knows, flips switches and purges. The token is kept for this tab only. A few
// plain modules, no build.

import { loadHotKeys, loadPurges, showPurgeRoutes } from './cache.js'
import { loadEndpoints } from './endpoints.js'
import { $, act, call, duration, element, fault, fill, TOKEN_KEY, tell, timeLeft, whenRefused } from './page.js'
import { loadTraffic } from './traffic.js'
import { loadTroubles } from './troubles.js'

const RETRY_MS = 2_000
const POLL_MS = 5_000
/** The event stream says something every 15 s; a longer silence means that it is dead. */
const SILENCE_MS = 40_000

/** Stands for every route in the form; no route can have this name. To choose nothing must not mean all. */
const EVERY_ROUTE = '*'

/** What was shown last: the number of the revision, and the switchboard. */
const shown = { revision: 0, board: { switches: [], overrides: [] } }
/** Ends the stream of the token that was entered before. */
let ended = new AbortController()

const loadSite = async () => showSite(await call('GET', '/v1/site'))
const loadBoard = async () => showBoard(await call('GET', '/v1/switchboard'))
const loadEdges = async () => showEdges(await call('GET', '/v1/edges'))

/** How often what edges say is asked for at most: they say it each second. */
const EDGES_MS = 2_000
let edgesAskedMs = 0

async function loadNews() {
  await loadEdges()
  if (Date.now() - edgesAskedMs < EDGES_MS) return
  edgesAskedMs = Date.now()
  await Promise.all([loadTroubles(), loadTraffic(), loadHotKeys()])
}

function showSite(publication) {
  shown.revision = publication?.revision ?? 0
  if (!publication) {
    $('revision').textContent = 'Nothing is published yet.'
    fill($('routes'), [], 'No routes.')
    return
  }
  const { revision, author, note, publishedAtMs, site } = publication
  $('revision').textContent =
    `Revision ${revision}, published by ${author} on ${new Date(publishedAtMs).toLocaleString()}${note ? `: ${note}` : ''}`
  const routes = Object.entries(site.routes)
  const hostsOf = (route) => (route.hosts.length === 0 ? site.hosts : route.hosts).join(', ')
  fill(
    $('routes'),
    routes.map(([id, route]) => [
      id,
      hostsOf(route),
      route.path,
      route.pool ?? (route.respond ? `answers ${route.respond}` : '–'),
      route.cache.store,
      route.limits.join(', ') || '–',
    ]),
    'No routes.',
  )
  showPurgeRoutes(routes.map(([id]) => id))
  const chosen = new Set([...$('switch-routes').selectedOptions].map((option) => option.value))
  $('switch-routes').replaceChildren(
    ...[[EVERY_ROUTE, 'every route'], ...routes.map(([id]) => [id, id])].map(([id, text]) => {
      const option = element('option', text)
      option.value = id
      option.selected = chosen.has(id)
      return option
    }),
  )
}

function showBoard(board) {
  shown.board = board
  const nowMs = Date.now()
  const focused = document.activeElement?.dataset?.path
  const standing = (entries) => entries.filter((entry) => entry.expiresAtMs > nowMs)
  const switches = standing(board.switches).map((each) => [
    `switch ${each.id}`,
    each.mode,
    `${each.routes.join(', ') || 'every route'}${each.clients === 'all' ? '' : `, ${each.clients}`}`,
    timeLeft(each.expiresAtMs),
    each.owner,
    each.reason,
    takeBack(`switch ${each.id}`, `/v1/switches/${encodeURIComponent(each.id)}`),
  ])
  const overrides = standing(board.overrides).map((each) => [
    `limit ${each.limit}`,
    each.burst === undefined ? each.rate : `${each.rate}, burst ${each.burst}`,
    'all who pay it',
    timeLeft(each.expiresAtMs),
    each.owner,
    each.reason,
    takeBack(`limit ${each.limit}`, `/v1/overrides/${encodeURIComponent(each.limit)}`),
  ])
  fill($('force'), [...switches, ...overrides], 'No switch is set and no limit is overridden.')
  // Rows are made anew; who stood on a button with the keyboard should still stand on it.
  if (focused) document.querySelector(`button[data-path="${CSS.escape(focused)}"]`)?.focus()
}

function takeBack(what, path) {
  const button = element('button', 'Take back')
  button.type = 'button'
  button.dataset.path = path
  button.setAttribute('aria-label', `Take back ${what}`)
  button.addEventListener('click', () =>
    act(button, async () => {
      const { edges } = await call('DELETE', `${path}?waitMs=2000&reason=${encodeURIComponent('taken back in the console')}`)
      await loadBoard()
      tell(`The ${what} is off`, edges)
      // The button is gone with its row; who works by keyboard goes on from here and not from the top.
      $('force-title').focus()
    }),
  )
  return button
}

function showEdges({ revision, switchSeq, edges }) {
  const behind = (have, wanted) => (have === wanted ? String(have) : [`${have} of ${wanted}`, 'warn'])
  const rows = edges.map((edge) => [
    edge.edgeId,
    edge.connection.state === 'connected' ? 'connected' : [`gone: ${edge.connection.reason}`, 'bad'],
    behind(edge.have.revision, revision),
    behind(edge.have.switchSeq, switchSeq),
    new Date(edge.heardAtMs).toLocaleTimeString(),
    edge.beat ? String(edge.beat.inFlight) : '–',
    edge.beat && edge.beat.hitRatio !== null ? `${Math.round(edge.beat.hitRatio * 100)} %` : '–',
    edge.beat?.redis === 'down' ? ['down', 'bad'] : (edge.beat?.redis ?? '–'),
    refusals(edge),
  ])
  fill($('edges'), rows, 'No edge has come yet.')
}

function refusals({ last }) {
  const said = Object.entries(last).filter(([, verdict]) => verdict.kind === 'nack')
  if (said.length === 0) return '–'
  return [said.map(([what, { seq, problems }]) => `${what} ${seq}: ${problems[0]?.message ?? ''}`).join('; '), 'bad']
}

$('switch').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.currentTarget
  act(event.submitter, async () => {
    const chosen = [...$('switch-routes').selectedOptions].map((option) => option.value)
    if (chosen.length === 0) throw new Error('Choose the routes, or "every route".')
    const routes = chosen.includes(EVERY_ROUTE) ? [] : chosen
    const clients = $('switch-clients').value
    const id = [...(routes.length === 0 ? ['all'] : routes), ...(clients === 'all' ? [] : [clients])].join('-').slice(0, 64)
    const order = {
      routes,
      clients,
      mode: $('switch-mode').value,
      reason: $('switch-reason').value,
      forMs: Number($('switch-minutes').value) * 60_000,
    }
    const { edges } = await call('PUT', `/v1/switches/${encodeURIComponent(id)}?waitMs=2000`, order)
    form.reset()
    await loadBoard()
    tell(`The switch ${id} is in force`, edges)
  })
})

$('enter').addEventListener('submit', (event) => {
  event.preventDefault()
  sessionStorage.setItem(TOKEN_KEY, $('token').value.trim())
  $('token').value = ''
  enter()
})

$('leave').addEventListener('click', () => leave())

/** Whether what is shown is how things stand. */
function say(text, className = '') {
  $('live').textContent = text
  $('live').className = className
}

function enter() {
  ended.abort()
  ended = new AbortController()
  fault(null)
  say('Asking the control plane')
  follow(ended.signal).catch((cause) => fault(cause.message))
}

/** The token is good: shows how things stand instead of the question who is there. */
function welcome() {
  if (!$('board').hidden) return
  for (const id of ['board', 'leave']) $(id).hidden = false
  $('enter').hidden = true
  $('main').focus({ preventScroll: true })
}

/** Asks for a token again. @returns an error that says why */
function leave(message) {
  ended.abort()
  sessionStorage.removeItem(TOKEN_KEY)
  for (const id of ['board', 'leave']) $(id).hidden = true
  $('enter').hidden = false
  $('token').focus()
  say('Not connected')
  $('said').textContent = ''
  fault(message)
  return new Error(message)
}

/** Reads events until the token is given back; between streams, and where there are none, it polls. */
async function follow(signal) {
  while (!signal.aborted) {
    try {
      // One call alone first: a wrong token should count as one try.
      await loadSite()
      welcome()
      await Promise.all([loadBoard(), loadEdges(), loadTroubles(), loadTraffic(), loadHotKeys(), loadPurges(), loadEndpoints()])
      await readEvents(signal)
    } catch (cause) {
      if (signal.aborted) return
      // A fetch that gets no answer, or half of one, throws this and says nothing that helps.
      const why = cause instanceof TypeError ? 'the control plane does not answer' : cause.message
      say(`Not live: ${why}. What is shown may be old; trying again.`, 'bad')
    }
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? POLL_MS : RETRY_MS))
  }
}

async function readEvents(signal) {
  const silent = new AbortController()
  const headers = { authorization: `Bearer ${sessionStorage.getItem(TOKEN_KEY)}` }
  const response = await fetch('/v1/events', { headers, signal: AbortSignal.any([signal, silent.signal]) })
  if (!response.ok) throw new Error(`the events answered ${response.status}`)
  say('Live')
  const [reader, decoder] = [response.body.getReader(), new TextDecoder()]
  for (let rest = ''; ; ) {
    const timer = setTimeout(() => silent.abort(), SILENCE_MS)
    const { done, value } = await reader.read().finally(() => clearTimeout(timer))
    if (done) return
    const events = (rest + decoder.decode(value, { stream: true })).split('\n\n')
    rest = events.pop()
    for (const event of events) await take(event)
  }
}

async function take(event) {
  const name = /^event: (.*)$/m.exec(event)?.[1]
  const data = /^data: (.*)$/m.exec(event)?.[1]
  if (name === 'revision' && JSON.parse(data).revision !== shown.revision) await Promise.all([loadSite(), loadEdges(), loadTraffic()])
  if (name === 'edges') await loadNews()
  if (name === 'purges') await loadPurges()
  if (name === 'endpoints' || name === 'holds') await loadEndpoints()
  if (name === 'switchboard') {
    showBoard(JSON.parse(data))
    await loadTraffic()
  }
}

// Time left goes down by itself, and what is over goes away, also when nobody is heard any more.
setInterval(() => {
  const spans = [...document.querySelectorAll('[data-expires-at-ms]')]
  for (const span of spans) span.textContent = duration(Number(span.dataset.expiresAtMs) - Date.now())
  if (spans.some((span) => Number(span.dataset.expiresAtMs) <= Date.now())) showBoard(shown.board)
}, 1_000)

whenRefused(leave)
if (sessionStorage.getItem(TOKEN_KEY)) enter()
else leave()
