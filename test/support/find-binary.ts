import { accessSync, constants } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

// Debian keeps daemons here, and leaves the folder out of the PATH of ordinary users.
const DAEMON_FOLDERS = ['/usr/sbin', '/usr/local/sbin']

/**
 * Absolute path of a program the tests need: on PATH, among the system's daemons, or where `setup.sh` keeps it.
 * @throws Error that names the set-up script when it is in none of these
 */
export function findBinary(name: string): string {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...DAEMON_FOLDERS, join(cache, 'weir', name)]
  const found = folders.map((folder) => join(folder, name)).find(isExecutable)
  if (!found) throw new Error(`${name} is missing; run: bash test/support/setup.sh`)
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false // Not there, or not ours to run: both mean "look elsewhere".
  }
}
