import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

// CPU time of a contender = utime + stime of every process of its tree, from /proc/PID/stat (proc(5)). The kernel adds up all
// threads of a process there, ended ones too, in ticks of 1/CLK_TCK s: at 100 ticks/s a run of 5 busy seconds is exact to 0.2 %.

const TICK_MS = 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

interface Stat {
  readonly parentPid: number
  readonly cpuTicks: number
}

/** CPU milliseconds (user and system) that `rootPid` and its living descendants have used since they started. */
export function treeCpuMs(rootPid: number): number {
  let ticks = 0
  for (const pid of processTree(rootPid)) ticks += readStat(pid)?.cpuTicks ?? 0
  return ticks * TICK_MS
}

/** The pids of `rootPid` and all its living descendants, parents first. */
export function processTree(rootPid: number): readonly number[] {
  const childrenOf = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parentPid = readStat(Number(name))?.parentPid
    if (parentPid === undefined) continue
    const siblings = childrenOf.get(parentPid)
    if (siblings) siblings.push(Number(name))
    else childrenOf.set(parentPid, [Number(name)])
  }
  const tree = [rootPid]
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []))
  return tree
}

/** The numbers of one `/proc/PID/stat` line. */
export function parseStat(line: string): Stat {
  // The command's name may hold spaces and brackets, so fields are counted from its last bracket: state is field 3 of proc(5).
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { parentPid: Number(fields[1]), cpuTicks: Number(fields[11]) + Number(fields[12]) }
}

function readStat(pid: number): Stat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch (cause) {
    // It ended between the listing and the reading.
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw cause
  }
}
