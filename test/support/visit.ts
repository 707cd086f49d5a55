import { Agent } from 'node:http'
import { request, type TestAnswer, type TestRequest } from './http-client.ts'
import type { SendOne } from './load.ts'
import type { Scope } from './scope.ts'

/** What a person's browser calls itself. */
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
/** What a search engine's crawler calls itself. */
const CRAWLER = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'

/** What an edge is asked for, beside port and path. */
export type VisitOptions = Omit<TestRequest, 'port' | 'path'>

/** The fields of a person who visits shop.test. The Host is the same at every edge, since it is part of what tells pages apart. */
export const PERSON = { host: 'shop.test', 'user-agent': BROWSER }

/** Fetches a page of shop.test as a person does. An agent without a browser's name counts as a crawler, so tests say who they are. */
export function visit(edge: { readonly port: number }, path: string, options: VisitOptions = {}): Promise<TestAnswer> {
  return request({ ...options, port: edge.port, path, headers: { ...PERSON, ...options.headers } })
}

/** Fetches a page as a crawler does. */
export function crawl(edge: { readonly port: number }, path: string, options: VisitOptions = {}): Promise<TestAnswer> {
  return visit(edge, path, { ...options, headers: { ...options.headers, 'user-agent': CRAWLER } })
}

/** The Cache-Status field of an answer, one member per cache, the nearest last; empty without one. */
export function cacheStatus(answer: TestAnswer): string {
  return String(answer.headers['cache-status'] ?? '')
}

/**
 * A load of persons over kept connections, for `runLoad` and `runWhile`.
 * @param check called with each whole answer; what it throws counts as a failure of that request
 */
export function visitors(
  t: Scope,
  edge: { readonly port: number },
  pathOf: (index: number) => string,
  check: (answer: TestAnswer, index: number) => void = () => {},
): SendOne {
  const agent = new Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  return async (index) => {
    const answer = await visit(edge, pathOf(index), { agent })
    check(answer, index)
    return answer.status
  }
}
