// Listening sockets that a process is started with: from systemd (socket activation), or from the edge that it takes over from. Both
// say it in the same way: so many descriptors from 3 on, and a name for each (sd_listen_fds(3)).

import { EdgeError } from '../base/edge-error.ts'

/** A listening socket that was handed over. */
export interface InheritedSocket {
  readonly name: string
  readonly fd: number
}

/** What the environment says of sockets. */
export interface SocketEnvironment {
  /** Who they are for; an edge that starts its successor cannot know its process id beforehand, and leaves it out. */
  readonly LISTEN_PID?: string | undefined
  readonly LISTEN_FDS?: string | undefined
  readonly LISTEN_FDNAMES?: string | undefined
}

/** The number of the first descriptor (SD_LISTEN_FDS_START). */
export const FIRST_DESCRIPTOR = 3
/** More sockets than any edge has: 64 listeners and an admin port at 256 workers. */
const MAX_SOCKETS = 16_641
/** What sd_listen_fds_with_names(3) calls a socket without a name. */
const NAMELESS = 'unknown'

/** The sockets that were handed to process `pid`. @throws EdgeError LISTEN_FAILED when the environment makes no sense */
export function inheritedSockets(environment: SocketEnvironment, pid: number): readonly InheritedSocket[] {
  const { LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES } = environment
  if (LISTEN_FDS === undefined || LISTEN_FDS === '') return []
  // They were meant for the process that started us, and it has not handed them on.
  if (LISTEN_PID !== undefined && LISTEN_PID !== String(pid)) return []
  const count = /^(0|[1-9][0-9]{0,4})$/.test(LISTEN_FDS) ? Number(LISTEN_FDS) : Number.NaN
  if (!(count <= MAX_SOCKETS)) throw refusal(`LISTEN_FDS says ${JSON.stringify(LISTEN_FDS)}, which is no number of sockets`)
  const names = LISTEN_FDNAMES === undefined || LISTEN_FDNAMES === '' ? null : LISTEN_FDNAMES.split(':')
  if (names !== null && count > 0 && names.length !== count)
    throw refusal(`LISTEN_FDS says ${count} and LISTEN_FDNAMES names ${names.length}`)
  return Array.from({ length: count }, (_, index) => ({ name: names?.[index] || NAMELESS, fd: FIRST_DESCRIPTOR + index }))
}

/** The environment for a process that is started with these sockets, in this order from descriptor 3 on. */
export function socketEnvironment(sockets: readonly InheritedSocket[]): { readonly LISTEN_FDS: string; readonly LISTEN_FDNAMES: string } {
  return { LISTEN_FDS: String(sockets.length), LISTEN_FDNAMES: sockets.map(({ name }) => name).join(':') }
}

function refusal(reason: string): EdgeError {
  const advice = 'It is set by systemd, or by the edge before this one; without LISTEN_FDS new sockets are opened.'
  return new EdgeError('LISTEN_FAILED', { listen: 'What was handed over', reason, advice })
}
