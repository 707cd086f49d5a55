// The answers of the demo shop, worked out from a request: pages, prices, comments, a cart. Pure, so that its three origins differ in
// nothing but their names.

/** An answer of the shop. */
export interface ShopAnswer {
  readonly status: number
  readonly fields: Readonly<Record<string, string>>
  readonly body: string
  /** How long to wait before it is sent, ms. */
  readonly delayMs: number
}

const MAX_DELAY_MS = 30_000
const HTML = 'text/html; charset=utf-8'
const JSON_TYPE = 'application/json; charset=utf-8'

type Page = { readonly type: string; readonly cacheControl: string; readonly body: string }

/**
 * The answer to a request.
 * @param target path and query; `?delay=250` waits that many ms, `?fail=0.3` fails that share of requests, `?status=500` answers it
 * @param origin the name of the origin that answers
 * @param chance a number in [0, 1) that decides about `fail`
 * @param nowMs the date on the pages, ms since the Unix epoch
 */
export function shopAnswer(target: string, origin: string, chance: number, nowMs: number): ShopAnswer {
  const { pathname, searchParams } = new URL(target, 'http://shop')
  const delayMs = Math.min(MAX_DELAY_MS, Math.max(0, Number(searchParams.get('delay')) || 0))
  const page = pageOf(pathname, new Date(nowMs).toISOString(), origin)
  const wanted = Number(searchParams.get('status'))
  const fails = chance < (Number(searchParams.get('fail')) || 0)
  const status = wanted >= 200 && wanted <= 599 ? Math.trunc(wanted) : fails ? 500 : page ? 200 : 404
  if (status === 200 && page) {
    return { status, delayMs, fields: fieldsOf(page.type, page.cacheControl, origin), body: page.body }
  }
  return {
    status,
    delayMs,
    fields: fieldsOf(HTML, 'no-store', origin),
    body: hasBody(status) ? `<h1>${status}</h1><p>said ${origin}</p>\n` : '',
  }
}

function pageOf(path: string, date: string, origin: string): Page | null {
  const [, kind = '', id = ''] = /^\/([a-z]*)\/?([A-Za-z0-9_-]{0,64})$/.exec(path) ?? []
  if (path === '/') return html('Demo shop', 'max-age=60', `<ul>${links()}</ul>`)
  if (kind === 'product' && id !== '') return html(`Product ${id}`, 'max-age=60', `<p>Made by ${origin} at ${date}.</p>`)
  if (kind === 'price' && id !== '') return { type: JSON_TYPE, cacheControl: 'max-age=2', body: json({ id, price: priceOf(id), at: date }) }
  if (kind === 'comments' && id !== '') return html(`Comments on ${id}`, 'max-age=5', `<p>"Does what it says." (${date})</p>`)
  // No Cache-Control at all: what an origin forgets to say must not put one visitor's cart before another.
  if (kind === 'cart') return { type: JSON_TYPE, cacheControl: '', body: json({ items: [], at: date }) }
  return null
}

function html(title: string, cacheControl: string, content: string): Page {
  return { type: HTML, cacheControl, body: `<!doctype html>\n<title>${title}</title>\n<h1>${title}</h1>\n${content}\n` }
}

function links(): string {
  return ['/product/1', '/price/1', '/comments/1', '/cart/'].map((path) => `<li><a href="${path}">${path}</a>`).join('')
}

// Any number will do as long as it is the same each time.
function priceOf(id: string): string {
  const cents = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9_000, 7) + 999
  return (cents / 100).toFixed(2)
}

function json(value: object): string {
  return `${JSON.stringify(value)}\n`
}

function fieldsOf(type: string, cacheControl: string, origin: string): Record<string, string> {
  return { 'content-type': type, 'x-origin': origin, ...(cacheControl === '' ? {} : { 'cache-control': cacheControl }) }
}

// 204 and 304 have no body (RFC 9110 §15.3.5, §15.4.5).
const hasBody = (status: number) => status !== 204 && status !== 304
