import { processTree, readProc } from './process-tree.ts'

// Memory of a contender = VmRSS of every process of its tree, from /proc/PID/status (proc(5)). Pages that processes share count in
// each of them; between two readings of the same tree that cancels out. What the kernel holds for a socket is in neither.

/** Bytes of resident memory of `rootPid` and its living descendants. */
export function treeRssBytes(rootPid: number): number {
  let bytes = 0
  for (const pid of processTree(rootPid)) bytes += rssBytes(readProc(pid, 'status') ?? '')
  return bytes
}

/** The resident bytes that a `/proc/PID/status` tells; 0 for a process that is ending and has none any more. */
export function rssBytes(status: string): number {
  return 1_024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0)
}
