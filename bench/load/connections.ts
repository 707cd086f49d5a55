import { readdirSync, readlinkSync } from 'node:fs'
import { readProc, unlessGone } from './process-tree.ts'

// Which worker holds which connection, seen from outside: every event loop has an epoll set of its own, and /proc/PID/fdinfo names
// the descriptors in it (proc(5)). It holds for any program with one loop a thread, and needs no word from the program.

const ESTABLISHED = '01'

/** Client connections of each event loop of a process at its listening port, fewest first; loops without one are left out. */
export function connectionsPerLoop(pid: number, port: number): readonly number[] {
  const inodes = establishedAt(readProc(pid, 'net/tcp') ?? '', port)
  const linkOf = new Map<string, string>()
  for (const fd of readdirSync(`/proc/${pid}/fd`)) linkOf.set(fd, unlessGone(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? '')
  const loops = [...linkOf].filter(([, link]) => link === 'anon_inode:[eventpoll]')
  const counts = loops.map(([fd]) => {
    const watched = watchedFds(readProc(pid, `fdinfo/${fd}`) ?? '')
    return watched.filter((one) => inodes.has(linkOf.get(one)?.slice('socket:['.length, -1) ?? '')).length
  })
  return counts.filter((count) => count > 0).sort((a, b) => a - b)
}

/** The inodes of the established connections whose local port is `port`, from `/proc/net/tcp`. */
export function establishedAt(tcp: string, port: number): ReadonlySet<string> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = tcp.split('\n').map((line) => line.trim().split(/\s+/))
  // Columns: sl, local_address, rem_address, st, queues, timer, retrnsmt, uid, timeout, inode.
  return new Set(rows.filter((row) => row[1]?.endsWith(local) && row[3] === ESTABLISHED).map((row) => row[9]!))
}

/** The descriptors that an epoll set watches, from its `/proc/PID/fdinfo/N`. */
export function watchedFds(fdinfo: string): readonly string[] {
  return [...fdinfo.matchAll(/^tfd:\s*(\d+)/gm)].map((found) => found[1]!)
}
