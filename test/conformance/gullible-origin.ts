// An origin that believes whatever it is sent, builds its pages from it, and says that everybody may have them. In front of it only the cache stands
// between one client and the next.

import type { OriginAnswer, OriginRequest } from '../support/origin.ts'

/** What is in an answer that an attacker had a hand in. */
export const MARK = 'evil'

/** How many bytes of fields it takes, in the places where it is strict. */
const MAX_HEAD_BYTES = 6_000

type Page = (request: OriginRequest) => OriginAnswer

const PUBLIC = { 'Cache-Control': 'public, max-age=600', 'Content-Type': 'text/html' }
const QUIET = { 'Cache-Control': 'max-age=600', 'Content-Type': 'text/html' }
const field = ({ headers }: OriginRequest, name: string) => String(headers[name] ?? '')

const PAGES: Readonly<Record<string, Page>> = {
  /** All that came, in the page and in a field. */
  page: (request) => ({ headers: { ...PUBLIC, 'X-Seen': printable(allOf(request)) }, body: allOf(request) }),
  /** The same, but nobody says that it is for everyone. */
  quiet: (request) => ({ headers: QUIET, body: allOf(request) }),
  /** Sends on to where it believes to be. */
  go: (request) => {
    const host = field(request, 'x-forwarded-host') || field(request, 'x-host') || field(request, 'host')
    const port = field(request, 'x-forwarded-port')
    const scheme = field(request, 'x-forwarded-scheme') || field(request, 'x-forwarded-proto')
    return { status: 301, headers: { ...PUBLIC, Location: `${scheme}://${host}${port && `:${port}`}/${request.target.slice(4)}` } }
  },
  /** An error that may be kept, for what it cannot take. */
  strict: (request) => {
    const bytes = request.rawHeaders.join(': ').length
    const odd = request.rawHeaders.some((text) => /[^\x20-\x7e]/.test(text)) || field(request, 'range').includes(MARK)
    return bytes > MAX_HEAD_BYTES || odd ? { status: 400, headers: QUIET, body: 'bad request' } : { headers: PUBLIC, body: 'fine' }
  },
  /** A part of the page for who asks for one, and not a word of it in Vary. */
  parts: (request) => {
    const asksForPart = ['hx-request', 'x-requested-with', 'rsc', 'x-pjax', 'turbo-frame'].some((name) => name in request.headers)
    return { headers: PUBLIC, body: asksForPart ? `a part (${MARK})` : 'the whole page' }
  },
  /** Lets in whoever asks, by name. */
  cors: (request) => ({ headers: { ...PUBLIC, 'Access-Control-Allow-Origin': field(request, 'origin') || '*' }, body: 'data' }),
  /** Speaks in the coding and the language that it reads, and says so. */
  talks: (request) => ({
    headers: { ...PUBLIC, Vary: 'Accept-Encoding, Accept-Language' },
    body: `${field(request, 'accept-encoding')} ${field(request, 'accept-language')}`,
  }),
  /** By a field of its own, named in Vary. */
  country: (request) => ({ headers: { ...PUBLIC, Vary: 'X-Country' }, body: `welcome from ${field(request, 'x-country')}` }),
  /** Forgets to say that it is coded. */
  coded: (request) => {
    const coded = /gzip/.test(field(request, 'accept-encoding'))
    return { headers: { ...PUBLIC, ...(coded ? { 'Content-Encoding': 'gzip' } : {}) }, body: coded ? MARK : 'plain' }
  },
  /** Speaks of the address of the client, and says so. */
  address: (request) => ({ headers: { ...PUBLIC, Vary: 'X-Forwarded-For' }, body: `you are ${field(request, 'x-forwarded-for')}` }),
  /** For one person, and says so; whatever stands behind its name is to it a detail of the page. */
  account: (request) => ({
    headers: { 'Cache-Control': 'private, max-age=600', 'Content-Type': 'text/html' },
    body: `the account of ${field(request, 'cookie') || 'nobody'}`,
  }),
  /** The same, by an origin that says nothing at all. */
  wallet: (request) => ({ headers: { 'Content-Type': 'text/html' }, body: `the wallet of ${field(request, 'cookie') || 'nobody'}` }),
}

/** Answers as such an origin does: by the first word of the path, as it reads it. */
export function gullibleAnswer(request: OriginRequest): OriginAnswer {
  const path = loosely(field(request, 'x-original-url') || field(request, 'x-rewrite-url') || request.target)
  const word = /^\/+([a-z]+)/i.exec(path)?.[1]?.toLowerCase() ?? ''
  return PAGES[word]?.(request) ?? { status: 404, headers: QUIET, body: `nothing at ${request.target}` }
}

/** A target as a framework reads it that decodes before it looks, and knows path parameters. */
function loosely(target: string): string {
  const written = target.replace(/^https?:\/\/[^/]*/i, '').split('?')[0]!
  let decoded = written
  try {
    decoded = decodeURIComponent(written)
  } catch {} // It reads it as it stands.
  const cut = decoded
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
    .replace(/[\0\n#?].*$/s, '')
  return new URL(`http://origin${cut.startsWith('/') ? '' : '/'}${cut.replace(/\/{2,}/g, '/')}`).pathname
}

function allOf({ method, target, rawHeaders, body }: OriginRequest): string {
  return [method, target, ...rawHeaders, body.toString('latin1')].join('\n')
}

const printable = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, ' ').slice(0, 4_000)
