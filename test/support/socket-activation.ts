import { join } from 'node:path'
import { TestProcess } from './process.ts'
import type { Scope } from './scope.ts'
import { WEIR } from './weir.ts'

/** The part of Node's own TCP handle that opens a socket; its `net.Server` would take the connections itself. */
interface TcpHandle {
  readonly fd: number
  bind(address: string, port: number, flags: number): number
  getsockname(into: { port?: number }): number
  close(): void
}
interface TcpWrap {
  readonly TCP: new (kind: number) => TcpHandle
  readonly constants: { readonly SERVER: number; readonly UV_TCP_REUSEPORT: number }
}
type Bindings = { binding(name: 'tcp_wrap'): TcpWrap }

/** Sockets that are held open while the edges that listen on them come and go, as systemd does it. */
export interface HeldSockets {
  readonly port: number
  /** Starts an edge with them as `systemd` would: all under one name, from descriptor 3 on, meant for its process id. */
  start(folder: string): TestProcess
}

/** Opens `count` sockets of one port of 127.0.0.1 under the name `web`; closed when the test ends. */
export function holdSockets(t: Scope, count: number): HeldSockets {
  const { TCP, constants } = (process as unknown as Bindings).binding('tcp_wrap')
  const handles: TcpHandle[] = []
  let port = 0
  for (let i = 0; i < count; i++) {
    const handle = new TCP(constants.SERVER)
    const status = handle.bind('127.0.0.1', port, constants.UV_TCP_REUSEPORT)
    if (status !== 0) throw new Error(`127.0.0.1:${port} cannot be bound: ${status}`)
    const name: { port?: number } = {}
    handle.getsockname(name)
    port = name.port as number
    handles.push(handle)
  }
  t.teardown(() => {
    for (const handle of handles) handle.close()
  })
  const start = (folder: string) => {
    // The shell stays the process that it becomes, and so knows the process id before the edge does.
    const args = ['-c', 'LISTEN_PID=$$ exec "$0" "$@"', process.execPath, WEIR, 'edge', '--config', join(folder, 'edge.yaml')]
    const env = { LISTEN_FDS: String(count), LISTEN_FDNAMES: handles.map(() => 'web').join(':') }
    const child = new TestProcess('sh', args, { cwd: folder, env, descriptors: handles.map(({ fd }) => fd) })
    t.teardown(() => child.stop())
    return child
  }
  return { port, start }
}
