// What the parts of the console share: calls to the API, tables, and what is said when something went wrong. Whatever comes from the API
// is put into the page as text, never as markup.

/** Where the token is kept: in this tab only. */
export const TOKEN_KEY = 'weir-token'

export const $ = (id) => document.getElementById(id)

let refused = (message) => new Error(message)

/** What to do when the token is not good: gives the error to throw. */
export function whenRefused(leave) {
  refused = leave
}

/** Calls the API. Rejects with a sentence. */
export async function call(method, path, body) {
  const headers = { authorization: `Bearer ${sessionStorage.getItem(TOKEN_KEY) ?? ''}` }
  if (body !== undefined) headers['content-type'] = 'application/json'
  const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
  const value = await response.json().catch(() => null)
  if (response.ok) return value
  // 429 is for wrong tokens only: a right one is never held up.
  if (response.status === 401 || response.status === 429) throw refused(refusalOf(response.status, value))
  // Nothing published yet is a state of things, not a failure.
  if (response.status === 404 && path === '/v1/site') return null
  throw new Error(value?.detail || value?.title || `The control plane answered ${response.status}.`)
}

function refusalOf(status, value) {
  if (status === 429) return value?.detail || 'Too many wrong tokens. Try again in a minute.'
  return $('board').hidden ? 'This token is not known here.' : 'The token is good no more. Enter another one.'
}

export function element(name, text, className) {
  const made = document.createElement(name)
  if (text !== undefined) made.textContent = text
  if (className) made.className = className
  return made
}

/** Rows of cells; a cell is a text, `[text, class]`, or an element. */
export function fill(body, rows, whenEmpty) {
  const heads = [...body.parentElement.querySelectorAll('thead th')]
  const made = rows.map((cells) => {
    const row = element('tr')
    cells.forEach((cell, index) => {
      const td = element(index === 0 ? 'th' : 'td', ...(cell instanceof Node ? [] : [cell].flat()))
      if (index === 0) td.scope = 'row'
      // Narrow pages show a row as a card, with the heading beside each cell.
      else if (cell instanceof Node === false || cell.tagName !== 'BUTTON') td.dataset.label = heads[index]?.textContent ?? ''
      if (cell instanceof Node) td.append(cell)
      row.append(td)
    })
    return row
  })
  if (made.length === 0) {
    const td = element('td', whenEmpty, 'empty')
    td.colSpan = heads.length
    made.push(element('tr'))
    made[0].append(td)
  }
  body.replaceChildren(...made)
}

/** The time until then, which counts down by itself. */
export function timeLeft(expiresAtMs) {
  const span = element('span', duration(expiresAtMs - Date.now()))
  span.dataset.expiresAtMs = String(expiresAtMs)
  return span
}

/** A length of time for people. */
export function duration(ms) {
  if (ms <= 0) return 'over'
  const seconds = Math.round(ms / 1_000)
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}

/** Says what went wrong; nothing takes it back. */
export function fault(message) {
  $('fault').textContent = message ?? ''
  $('fault').hidden = !message
  if (message) $('fault').scrollIntoView?.({ block: 'nearest' })
}

/** Runs what a button does: once at a time, and what goes wrong is said. */
export function act(button, run) {
  button.disabled = true
  const done = (cause) => {
    button.disabled = false
    fault(cause?.message)
  }
  run().then(() => done(), done)
}

/** What became of an order. */
export function tell(done, { acked, of }, place = 'said') {
  $(place).textContent =
    of === 0 ? `${done}; no edge is connected, each hears of it when it connects.` : `${done} on ${acked} of ${of} edges.`
}
