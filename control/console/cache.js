// The cache: purges as they were ordered, a form for one more, and what is asked for most.

import { $, act, call, element, fill, tell } from './page.js'

const PURGES = 10
const HOT_KEYS = 10

/** Asks for the last purges and shows how many edges go by them. */
export async function loadPurges() {
  const { purges } = await call('GET', `/v1/purges?limit=${PURGES}`)
  const rows = purges.map(({ seq, order, atMs, owner, reason, acked, of }) => [
    String(seq),
    meant(order),
    order.mode,
    acked === of ? `${acked} of ${of}` : [`${acked} of ${of}`, 'warn'],
    new Date(atMs).toLocaleString(),
    owner,
    reason || '–',
  ])
  fill($('purges'), rows, 'Nothing was purged yet.')
}

/** Asks for the keys that are wanted most and shows them. */
export async function loadHotKeys() {
  const { keys } = await call('GET', `/v1/hot-keys?limit=${HOT_KEYS}`)
  const rows = keys.map(({ key, ratePerS, edges }) => [key.replaceAll('\0', ' '), ratePerS.toFixed(1), String(edges)])
  fill($('hot-keys'), rows, 'Nothing is asked for often.')
}

/** The routes that a purge may name. */
export function showPurgeRoutes(ids) {
  const options = ids.map((id) => {
    const option = element('option')
    option.value = id
    return option
  })
  $('purge-routes').replaceChildren(...options)
}

function meant(order) {
  if (order.by === 'all') return 'everything'
  if (order.by === 'group') return `group ${order.group} of ${order.origin}`
  return `${order.by} ${order[order.by]}`
}

function showValue() {
  const by = $('purge-by').value
  const hints = { url: 'https://shop.example/page', prefix: 'https://shop.example/news/', tag: 'product-17', route: 'the id of a route' }
  $('purge-value').disabled = by === 'all'
  $('purge-value').required = by !== 'all'
  $('purge-value').placeholder = hints[by] ?? 'everything that is kept'
  if (by === 'route') $('purge-value').setAttribute('list', 'purge-routes')
  else $('purge-value').removeAttribute('list')
}

$('purge-by').addEventListener('change', showValue)
showValue()

$('purge').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.currentTarget
  const by = $('purge-by').value
  const order = { by, mode: $('purge-mode').value, ...(by === 'all' ? {} : { [by]: $('purge-value').value.trim() }) }
  // Everything at once is what takes a site down; the question costs a second.
  if (by === 'all' && !confirm('Purge everything that any edge keeps?')) return
  act(event.submitter, async () => {
    const { seq, edges } = await call('POST', '/v1/purges?waitMs=2000', { purges: [order], reason: $('purge-reason').value })
    form.reset()
    showValue()
    await loadPurges()
    tell(`Purge ${seq} is in force`, edges, 'purged')
  })
})
