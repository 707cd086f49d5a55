// The program of all verbs but `edge` and `proxy`.

import { audit } from './audit.ts'
import { cache } from './cache.ts'
import { canary } from './canary.ts'
import { changes } from './changes.ts'
import { check } from './check.ts'
import type { Command } from './command.ts'
import { control } from './control.ts'
import { degrade } from './degrade.ts'
import { diff } from './diff.ts'
import { edges } from './edges.ts'
import { endpoints } from './endpoints.ts'
import { explain } from './explain.ts'
import { limit } from './limit.ts'
import { mirror } from './mirror.ts'
import { peer } from './peer.ts'
import { publish } from './publish.ts'
import { purge } from './purge.ts'
import { record } from './record.ts'
import { replay } from './replay.ts'
import { rollback } from './rollback.ts'
import { runCommand } from './run-command.ts'
import { processSurroundings } from './surroundings.ts'
import { token } from './token.ts'
import { top } from './top.ts'
import { traffic } from './traffic.ts'
import { troubles } from './troubles.ts'
import { up } from './up.ts'
import { version } from './version.ts'
import { warm } from './warm.ts'

/** Every command, in the order in which `weir help` lists them. */
export const COMMANDS: readonly Command[] = [
  up,
  control,
  check,
  diff,
  publish,
  rollback,
  degrade,
  limit,
  canary,
  traffic,
  changes,
  purge,
  edges,
  endpoints,
  peer,
  top,
  troubles,
  explain,
  warm,
  cache,
  mirror,
  record,
  replay,
  audit,
  token,
  version,
]

/** Runs one command line. @param argv the words after `weir` @returns the exit code */
export async function main(argv: readonly string[]): Promise<number> {
  return runCommand(argv, COMMANDS, processSurroundings())
}
