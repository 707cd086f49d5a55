// What is to be warmed: pages from a list, or the ones that an access log shows to be asked for most.

import type { Page } from '../client/page-visitor.ts'

/** Pages of one list at most. */
export const MAX_PAGES = 1_000_000
/** Pages of a log that are counted; what is first seen beyond them is asked for seldom. */
const MAX_COUNTED = 500_000
const MAX_TARGET = 8_192

/** What came of reading a list; a fault names its line, counted from 1. */
export type WarmList =
  | { readonly ok: true; readonly pages: readonly Page[] }
  | { readonly ok: false; readonly line: number; readonly sentence: string }

/** Where pages without a host of their own belong, and which scheme all have. */
export interface ListPlace {
  readonly scheme: 'http' | 'https'
  readonly host: string
}

/** Reads a list: a URL or a path per line; empty lines and those that begin with `#` are left out. Each page once, in its order. */
export function readWarmList(text: string, place: ListPlace): WarmList {
  const pages = new Map<string, Page>()
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const page = line.startsWith('/') ? { host: place.host, target: line } : pageOfUrl(line, place.scheme)
    if (typeof page === 'string') return { ok: false, line: index + 1, sentence: page }
    if (!isTarget(page.target)) return { ok: false, line: index + 1, sentence: `is no path of at most ${MAX_TARGET} visible characters` }
    pages.set(`${page.host}${page.target}`, page)
    if (pages.size > MAX_PAGES) return { ok: false, line: index + 1, sentence: `is one page too many: ${MAX_PAGES} are read at most` }
  }
  return { ok: true, pages: [...pages.values()] }
}

/**
 * The pages that people asked for most in an access log of an edge, the most wanted first. Lines that are something else are left
 * out: a log may be cut anywhere. @param top how many
 */
export function readAccessLog(text: string, place: ListPlace, top: number): readonly Page[] {
  const counts = new Map<string, { readonly page: Page; times: number }>()
  for (const line of text.split('\n')) {
    const page = pageOfLine(line, place.host)
    if (page === null) continue
    const key = `${page.host}${page.target}`
    const known = counts.get(key)
    if (known !== undefined) known.times += 1
    else if (counts.size < MAX_COUNTED) counts.set(key, { page, times: 1 })
  }
  const ranked = [...counts.values()].sort((a, b) => b.times - a.times)
  return ranked.slice(0, top).map(({ page }) => page)
}

/** A line of the access log, unchecked. */
interface LogEntry {
  readonly event?: unknown
  readonly method?: unknown
  readonly class?: unknown
  readonly status?: unknown
  readonly target?: unknown
  readonly host?: unknown
}

function pageOfUrl(text: string, scheme: string): Page | string {
  if (!URL.canParse(text)) return 'is neither a URL nor a path that begins with /'
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is no http URL'
  // The scheme is part of the key: warmed over the other one, nobody would find it.
  if (url.protocol !== `${scheme}:`) return `is a page of ${url.protocol.slice(0, -1)}; --to must name a listener of that scheme`
  return { host: url.host, target: `${url.pathname}${url.search}` }
}

function pageOfLine(line: string, defaultHost: string): Page | null {
  if (!line.startsWith('{')) return null
  const entry = parsed(line)
  if (entry === null || entry.event !== 'exchange' || entry.method !== 'GET' || entry.class !== 'person') return null
  const { status, target, host } = entry
  if (status !== 200 && status !== 304) return null
  if (typeof target !== 'string' || !target.startsWith('/') || !isTarget(target)) return null
  return { host: typeof host === 'string' && /^[\w.:[\]-]{1,255}$/.test(host) ? host : defaultHost, target }
}

function parsed(line: string): LogEntry | null {
  try {
    return JSON.parse(line) as LogEntry
  } catch {
    return null // A line cut by rotation.
  }
}

// What may stand in a request line; anything else is encoded by whoever writes the list.
function isTarget(target: string): boolean {
  return target.length <= MAX_TARGET && /^[!-~]+$/.test(target)
}
