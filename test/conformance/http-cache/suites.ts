import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** How much a test counts: what RFC 9111 demands, what makes a cache better, and what merely tells caches apart. */
export type Kind = 'required' | 'optimal' | 'check'

/** The part of a test that the score looks at. */
export interface SuiteTest {
  readonly id: string
  readonly name: string
  /** Required where the suite says nothing. */
  readonly kind?: Kind
  readonly browser_only?: boolean
  /** Tests without which this one says nothing. */
  readonly depends_on?: readonly string[]
}

/** Tests of one matter. */
export interface Suite {
  readonly id: string
  readonly tests: readonly SuiteTest[]
}

/** The suites for caches that are no browsers, that for surrogates included. @param folder see `suiteFolder` */
export async function readSuites(folder: string): Promise<readonly Suite[]> {
  const read = async (file: string) => (await import(pathToFileURL(join(folder, 'tests', file)).href)).default
  const suites: readonly Suite[] = [...(await read('index.mjs')), await read('surrogate-control.mjs')]
  return suites.map(({ id, tests }) => ({ id, tests: tests.filter((test) => test.browser_only !== true) }))
}
