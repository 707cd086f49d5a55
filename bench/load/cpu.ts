import { execFileSync } from 'node:child_process'
import { processTree, readStat } from './process-tree.ts'

// CPU time of a contender = utime + stime of every process of its tree, from /proc/PID/stat (proc(5)). The kernel adds up all
// threads of a process there, ended ones too, in ticks of 1/CLK_TCK s: at 100 ticks/s a run of 3 busy seconds is exact to 0.4 %.

const TICK_MS = 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** CPU milliseconds (user and system) that `rootPid` and its living descendants have used since they started. */
export function treeCpuMs(rootPid: number): number {
  let ticks = 0
  for (const pid of processTree(rootPid)) ticks += readStat(pid)?.cpuTicks ?? 0
  return ticks * TICK_MS
}
