import type { Job } from './cases.ts'

/** One page that the load asks for. */
export interface Page {
  /** The host it is asked of, whatever address it is sent to. */
  readonly host: string
  readonly path: string
}

/** The host of every page that needs none of its own. */
export const HOST = 'www.example.org'
// More than connections, so that no two requests in flight ask for the same page.
const PAGES = 1_000

/** The pages of a job, which are asked for in turn. */
export function pagesOf(job: Job): readonly Page[] {
  return Array.from({ length: PAGES }, (_, i) => ({ host: HOST, path: `/${job}/${i + 1}` }))
}

/** The pages as `conf/wrk.lua` reads them: a line each, host and path. */
export function pagesText(pages: readonly Page[]): string {
  return pages.map(({ host, path }) => `${host} ${path}\n`).join('')
}
