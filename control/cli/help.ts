// What `weir help` and `--help` print.

import type { Command } from './command.ts'
import { COMMON_FLAGS, type FlagTable } from './flags.ts'

/** Verbs that another program of Weir answers; listed here so that one list shows all. */
const EDGE_VERBS: readonly (readonly [string, string])[] = [
  ['proxy', 'one edge in front of --to URL, without any file'],
  ['edge', 'run an edge'],
]

/** The lines of `weir help`. */
export function overview(commands: readonly Command[]): string[] {
  const verbs = [...EDGE_VERBS, ...commands.map(({ name, summary }) => [name, summary] as const)]
  const width = Math.max(...verbs.map(([name]) => name.length))
  return [
    'Usage: weir COMMAND …',
    '',
    ...verbs.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    '`weir COMMAND --help` says more. Exit codes: 0 done, 1 refused or failed, 2 written wrongly,',
    '3 the control plane does not answer.',
  ]
}

/** The lines of `weir COMMAND --help`. */
export function commandHelp(command: Command): string[] {
  return [
    `weir ${command.name}: ${command.summary}`,
    '',
    ...command.usage.map((line, index) => `${index === 0 ? 'Usage: ' : '       '}weir ${line}`),
    '',
    ...flagLines({ ...command.flags, ...COMMON_FLAGS }),
    ...(command.examples.length === 0 ? [] : ['', 'For example:', ...command.examples.map((line) => `  npx weir ${line}`)]),
  ]
}

function flagLines(table: FlagTable): string[] {
  const flags = Object.entries(table).map(([name, { value, help }]) => [`--${name}${value === null ? '' : ` ${value}`}`, help] as const)
  const width = Math.max(...flags.map(([flag]) => flag.length))
  return flags.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`)
}
