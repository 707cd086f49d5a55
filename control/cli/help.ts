// What `weir help` and `--help` print.

import type { Command } from './command.ts'
import { COMMON_FLAGS, type FlagTable } from './flags.ts'

/** Verbs that another program of Weir answers, each with its line for the one list of all. */
export const EDGE_VERBS: readonly (readonly [string, string])[] = [
  ['proxy', 'one edge in front of --to URL, without any file'],
  ['edge', 'run an edge'],
]

/** The width every terminal has; help is not worth more. */
const COLUMNS = 80
const NO_BREAK = '\u00a0'

/** The lines of `weir help`. */
export function overview(commands: readonly Command[]): string[] {
  const verbs = [...EDGE_VERBS, ...commands.map(({ name, summary }) => [name, summary] as const)]
  const width = Math.max(...verbs.map(([name]) => name.length))
  return [
    'Usage: weir COMMAND …        (in a clone: npx weir COMMAND …)',
    '',
    ...verbs.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    '`weir COMMAND --help` says more.',
    'Exit codes: 0 done, 1 refused or failed, 2 written wrongly, 3 the control plane',
    'does not answer.',
  ]
}

/** The lines of `weir COMMAND --help`. */
export function commandHelp(command: Command): string[] {
  return [
    `weir ${command.name}: ${command.summary}`,
    '',
    ...command.usage.flatMap(usageLines),
    '',
    ...flagLines({ ...command.flags, ...COMMON_FLAGS }),
    ...(command.examples.length === 0 ? [] : ['', 'For example:', ...command.examples.map((line) => `  npx weir ${line}`)]),
  ]
}

function usageLines(usage: string, index: number): string[] {
  const label = index === 0 ? 'Usage: ' : ''.padEnd(7)
  // What stands in brackets stays together.
  const whole = usage.replace(/\[[^\]]*\]/g, (group) => group.replaceAll(' ', NO_BREAK))
  const lines = wrapped(`weir ${whole}`, COLUMNS - 11).map((line) => line.replaceAll(NO_BREAK, ' '))
  return lines.map((line, at) => `${at === 0 ? label : ''.padEnd(11)}${line}`)
}

function flagLines(table: FlagTable): string[] {
  const flags = Object.entries(table).map(([name, { value, help }]) => [`--${name}${value === null ? '' : ` ${value}`}`, help] as const)
  const width = Math.max(...flags.map(([flag]) => flag.length))
  return flags.flatMap(([flag, help]) =>
    wrapped(help, COLUMNS - width - 4).map((line, index) => `  ${(index === 0 ? flag : '').padEnd(width)}  ${line}`),
  )
}

function wrapped(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const longer = lines.at(-1) === '' ? word : `${lines.at(-1)} ${word}`
    if (longer.length <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}
