import type { Kind, Suite } from './suites.ts'

/** What became of each test, by its id: true, or what went wrong. */
export type Results = Readonly<Record<string, true | readonly [type: string, message: string]>>

/** A test that did not pass. */
export interface Failure {
  readonly id: string
  readonly suite: string
  readonly kind: Kind
  readonly message: string
}

/** How many passed, of how many. */
export interface Tally {
  passed: number
  total: number
}

/** A run, counted. */
export interface Score {
  readonly kinds: Readonly<Record<Kind, Tally>>
  readonly suites: Readonly<Record<string, Readonly<Record<Kind, Tally>>>>
  readonly failures: readonly Failure[]
}

/** What a run is measured by: the least that must pass of each kind, and the failures that are known, each with its reason. */
export interface Expected {
  readonly bar: Readonly<Record<Kind, number>>
  readonly failures: readonly {
    readonly reason: string
    readonly tests: readonly string[]
  }[]
}

/** Counts a run. A test that came to nothing, in its setting-up or otherwise, did not pass. */
export function score(suites: readonly Suite[], results: Results): Score {
  const kinds = noTallies()
  const failures: Failure[] = []
  const bySuite: Record<string, Record<Kind, Tally>> = {}
  for (const suite of suites) {
    const own = noTallies()
    bySuite[suite.id] = own
    for (const { id, kind = 'required' } of suite.tests) {
      const result = results[id] ?? ['Missing', 'the test did not run']
      for (const tally of [own[kind], kinds[kind]]) {
        tally.total++
        if (result === true) tally.passed++
      }
      if (result !== true) failures.push({ id, suite: suite.id, kind, message: `${result[0]}: ${result[1]}` })
    }
  }
  return { kinds, suites: bySuite, failures }
}

/** In what a run differs from what is expected of it, as sentences; none when it is as it should be. */
export function differences(scored: Score, expected: Expected): readonly string[] {
  const { kinds, failures } = scored
  const { bar } = expected
  const below = (Object.keys(bar) as Kind[]).filter((kind) => kinds[kind].passed < bar[kind])
  const failed = new Map(failures.map(({ id, message }) => [id, message]))
  return [
    ...below.map((kind) => `${kinds[kind].passed} of ${kinds[kind].total} ${kind} tests passed; the bar is ${bar[kind]}`),
    ...unexpected(scored, expected).map((id) =>
      failed.has(id) ? `${id} fails, and no reason is listed: ${failed.get(id)}` : `${id} is listed as failing, and passes`,
    ),
  ]
}

/** The tests whose result is not what is expected of them. */
export function unexpected({ failures }: Score, expected: Expected): readonly string[] {
  const failed = failures.map(({ id }) => id)
  const unlisted = failed.filter((id) => reasonFor(id, expected) === undefined)
  const mustFail = expected.failures.flatMap(({ tests }) => tests)
  return [...unlisted, ...mustFail.filter((id) => !failed.includes(id))]
}

/** Why a test is known to fail; undefined when it is not. */
export function reasonFor(id: string, { failures }: Expected): string | undefined {
  return failures.find(({ tests }) => tests.includes(id))?.reason
}

function noTallies(): Record<Kind, Tally> {
  return { required: { passed: 0, total: 0 }, optimal: { passed: 0, total: 0 }, check: { passed: 0, total: 0 } }
}
