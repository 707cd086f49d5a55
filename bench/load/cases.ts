/** What a proxy has to do for each answer; the first part of the path that is asked for says which. */
export type Job = 'hit-l1' | 'hit-l2' | 'pass' | 'limited'

/** What a run asks for by name: a job of its own, or a job under another condition. */
export type BenchCase = Job | 'tls' | 'routes' | 'workers' | 'idle'

/** One row of the table of cases. */
export interface CaseRow {
  readonly job: Job
  /** The sentence that explains it under the tables. */
  readonly sentence: string
  /** Whether a run without `--case` takes it. */
  readonly taken: 'always' | 'when-asked'
}

/** Every case in the order of the tables. */
export const CASES: Readonly<Record<BenchCase, CaseRow>> = {
  'hit-l1': {
    job: 'hit-l1',
    taken: 'always',
    sentence: 'a 1 KB answer from memory (nginx `proxy_cache`: from its file, in the page cache)',
  },
  'hit-l2': { job: 'hit-l2', taken: 'always', sentence: 'a 1 KB answer from Redis, never kept in memory' },
  pass: { job: 'pass', taken: 'always', sentence: 'a 1 KB answer from the origin, no cache asked' },
  limited: { job: 'limited', taken: 'always', sentence: 'a client far over its limit: nearly every answer is a 429' },
  tls: { job: 'hit-l1', taken: 'always', sentence: '`hit-l1` over TLS 1.3 on kept-alive connections, certificate with a P-256 key' },
  routes: {
    job: 'hit-l1',
    taken: 'always',
    sentence:
      '`hit-l1` of 10,000 pages, spread over all routes of the site: prefixes, `{names}`, hosts of their own; with 10,000 routes each page has its own',
  },
  workers: {
    job: 'hit-l1',
    taken: 'always',
    sentence:
      '`hit-l1` with one worker and with two, and as many threads of the load generator. The capacity is workers ÷ CPU ' +
      'seconds per answer: what they answer when nothing else wants the cores. ' +
      'Requests/s is what was seen while the load generator, each thread of which needs most of a core, ran beside them',
  },
  idle: {
    job: 'hit-l1',
    taken: 'always',
    sentence:
      'resident memory of the process tree with idle kept-alive connections, each after one `hit-l1` answer. The first ones are not counted: they use ' +
      'up what the warm-up left behind',
  },
}

const NAMES = Object.keys(CASES) as readonly BenchCase[]

/** Every case, in the order of the tables. */
export const CASE_NAMES: readonly BenchCase[] = NAMES

/** The cases of a run that names none. */
export const DEFAULT_CASES: readonly BenchCase[] = NAMES.filter((name) => CASES[name].taken === 'always')
