import type { Measured } from './measure.ts'
import { type Expected, reasonFor, type Tally } from './score.ts'
import type { Kind } from './suites.ts'

const KINDS: readonly Kind[] = ['required', 'optimal', 'check']

/** A run as people read it. */
export function reportText(run: Measured, expected: Expected): string {
  const row = (name: string, tallies: Readonly<Record<Kind, Tally>>) =>
    `  ${name.padEnd(20)}${KINDS.map((kind) => share(tallies[kind]).padStart(10)).join('')}`
  const known = (id: string) => {
    const reason = reasonFor(id, expected)
    return reason === undefined ? '' : `\n      known: ${reason}`
  }
  return [
    `${run.setup}: passed/total`,
    `  ${''.padEnd(20)}${KINDS.map((kind) => kind.padStart(10)).join('')}`,
    ...Object.entries(run.suites).map(([name, tallies]) => row(name, tallies)),
    row('all', run.kinds),
    `  failures: ${run.failures.length}`,
    ...run.failures.map(({ id, suite, kind, message }) => `    ${kind.padEnd(9)} ${suite}/${id}: ${message}${known(id)}`),
    ...run.again.map((id) => `  ran again, since its first result was not the expected one: ${id}`),
    ...run.differences.map((difference) => `  NOT AS EXPECTED: ${difference}`),
    '',
  ].join('\n')
}

function share({ passed, total }: Tally): string {
  return total === 0 ? '-' : `${passed}/${total}`
}
