// Unix sockets by the name of their file. libuv removes the name that a socket was bound to when it closes it, whoever has the socket
// by then: an edge that drains would take the name from under its successor. So a socket is bound to another name, and renamed into
// its place: nothing that is closed has that name, and what an edge that crashed left there is replaced.
// The file stays behind when the edge ends; the next one replaces it.

import { renameSync, rmSync } from 'node:fs'

/** The name that a socket for `path` is bound to, at first. It is short: no system takes more than 107 bytes. */
export function nameToBind(path: string): string {
  const name = `${path}.new`
  rmSync(name, { force: true })
  return name
}

/** Renames the socket that was bound into its place. @throws the system's error */
export function putInPlace(path: string): void {
  renameSync(`${path}.new`, path)
}
