// Which sockets each worker listens on: those that were handed over are dealt out, the others are opened by the workers themselves.
//
// Invariant: no descriptor is dealt twice. Node closes it together with its listener and cannot duplicate it, so one that two workers
// listened on would be closed by one of them under the other. For the same reason a descriptor is gone with its worker.

import { EdgeError } from '../base/edge-error.ts'
import type { EdgeBootstrap } from '../contract/bootstrap.ts'
import type { InheritedSocket } from './inherited-sockets.ts'
import { adminSocketName, type ListenAddress, listenAddress, listenTexts, socketNames } from './listen-address.ts'
import type { ListenPlace } from './listen-place.ts'

/** The port that each listener has found, by its index. */
export type FoundPorts = ReadonlyMap<number, number>

interface Planned {
  readonly listener: number
  readonly text: string
  readonly address: ListenAddress
  /** What was handed over for it. */
  readonly fds: readonly number[]
}

/** How the sockets of an edge are dealt to its workers. */
export class ListenPlan {
  /** Workers that have something to listen on, at most as many as are wanted. */
  readonly workers: number
  /** The socket of the admin port, where one was handed over. */
  readonly adminFd: number | null
  /** What was handed over and no listener asks for. */
  readonly unclaimed: readonly InheritedSocket[]
  readonly #listeners: readonly Planned[]
  readonly #sharing: ListenPlace['sharing']

  /** @param wanted workers, 1 or more @throws EdgeError LISTEN_FAILED when a socket that should have been handed over is missing */
  constructor(bootstrap: EdgeBootstrap, inherited: readonly InheritedSocket[], wanted: number) {
    const names = socketNames(bootstrap)
    const adminName = bootstrap.admin === 'off' ? null : adminSocketName(bootstrap)
    this.#listeners = listenTexts(bootstrap).map((text, listener) => ({
      listener,
      text,
      address: listenAddress(text),
      fds: inherited.filter(({ name }) => name === names[listener]).map(({ fd }) => fd),
    }))
    this.adminFd = inherited.find(({ name }) => name === adminName)?.fd ?? null
    this.unclaimed = inherited.filter(({ name, fd }) => fd !== this.adminFd && !names.includes(name))
    this.workers = Math.min(wanted, Math.max(...this.#listeners.map(mostWorkers)))
    this.#sharing = this.workers > 1 || bootstrap.portSharing === 'allow' ? 'shared' : 'alone'
    for (const { address, fds } of this.#listeners)
      if (address.kind === 'fd' && fds.length === 0) throw notHandedOver(address.name, inherited)
  }

  /** The addresses at which new sockets are opened, all of them by hand of the first worker. */
  get opened(): readonly string[] {
    return this.#listeners.filter(({ fds }) => fds.length === 0).map(({ text }) => text)
  }

  /** What a worker listens on when the edge starts. */
  placesOf(worker: number, ports: FoundPorts): readonly ListenPlace[] {
    return this.#listeners.flatMap((one) => {
      const mine = one.fds.filter((_, index) => index % this.workers === worker)
      if (mine.length > 0) return mine.map((fd) => this.#place(one, ports, fd))
      return opensAnew(one, worker) ? [this.#place(one, ports, null)] : []
    })
  }

  /** What a worker listens on that stands in for one that ended; the address of a socket that nobody can open again instead. */
  placesAgain(worker: number, ports: FoundPorts): readonly ListenPlace[] | string {
    const places: ListenPlace[] = []
    for (const one of this.#listeners) {
      const had = one.fds.some((_, index) => index % this.workers === worker)
      if (!had && !opensAnew(one, worker)) continue
      if (one.address.kind === 'fd') return one.text
      places.push(this.#place(one, ports, null))
    }
    return places
  }

  #place({ listener }: Planned, ports: FoundPorts, fd: number | null): ListenPlace {
    return { listener, port: ports.get(listener) ?? null, fd, sharing: this.#sharing }
  }
}

// Only a TCP port can be shared (SO_REUSEPORT); a Unix socket or a descriptor has one worker.
function mostWorkers({ address, fds }: Planned): number {
  return address.kind === 'tcp' ? Number.POSITIVE_INFINITY : Math.max(1, fds.length)
}

function opensAnew({ address, fds }: Planned, worker: number): boolean {
  return address.kind === 'tcp' || (address.kind === 'unix' && worker === 0 && fds.length === 0)
}

function notHandedOver(name: string, inherited: readonly InheritedSocket[]): EdgeError {
  const names = [...new Set(inherited.map((one) => one.name))].join(', ')
  const there = names === '' ? 'none was handed over' : `what was handed over is called ${names}`
  return new EdgeError('LISTEN_FAILED', {
    listen: `fd:${name}`,
    reason: `no socket of the name ${name} was handed over`,
    advice: `A socket unit of systemd gives it this name with FileDescriptorName=${name}; ${there}.`,
  })
}
