import { readdirSync, readFileSync } from 'node:fs'

// What the kernel tells of running processes (proc(5)).

interface Stat {
  readonly parentPid: number
  readonly cpuTicks: number
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

/** The numbers of `/proc/PID/stat`; undefined once the process has ended. */
export function readStat(pid: number): Stat | undefined {
  const line = readProc(pid, 'stat')
  return line === undefined ? undefined : parseStat(line)
}

/** The text of a file below `/proc/PID`; undefined once the process, or what the file is about, is gone. */
export function readProc(pid: number, file: string): string | undefined {
  return unlessGone(() => readFileSync(`/proc/${pid}/${file}`, 'latin1'))
}

/** What `read` gives, or undefined when it was gone between the listing and the reading. @throws any other fault of `read` */
export function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw cause
  }
}

/** The numbers of one `/proc/PID/stat` line. */
export function parseStat(line: string): Stat {
  // The command's name may hold spaces and brackets, so fields are counted from its last bracket: state is field 3 of proc(5).
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  return { parentPid: Number(fields[1]), cpuTicks: Number(fields[11]) + Number(fields[12]) }
}
