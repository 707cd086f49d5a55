import { connect } from 'node:net'
import { findBinary } from './find-binary.ts'
import { freePort } from './free-port.ts'
import type { Exit } from './process.ts'
import type { Scope } from './scope.ts'
import { Service } from './service.ts'
import { tempDir } from './temp-dir.ts'

const PING_DEADLINE_MS = 500

/** A real redis-server on loopback, without persistence. */
export interface TestRedis {
  readonly port: number
  readonly url: string
  /** Process id of the present run. */
  readonly pid: number
  stop(): Promise<Exit>
  kill(): Promise<Exit>
  /** Connections stay open and nobody answers, until `resume`. */
  pause(): void
  resume(): void
  /** Comes back empty on the same port. */
  restart(): Promise<void>
}

/** Further redis-server settings, e.g. `['--maxmemory', '8mb']`. */
export interface RedisOptions {
  readonly args?: readonly string[]
}

/** Starts a Redis for one test and waits until it answers PING. */
export async function startRedis(t: Scope, options: RedisOptions = {}): Promise<TestRedis> {
  const port = await freePort()
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', tempDir(t)]
  const lasting = ['--save', '', '--appendonly', 'no']
  const service = await Service.start(t, {
    name: 'redis-server',
    command: findBinary('redis-server'),
    args: [...place, ...lasting, ...(options.args ?? [])],
    isReady: () => answersPing(port),
  })
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return service.pid
    },
    stop: () => service.stop(),
    kill: () => service.kill(),
    pause: () => service.pause(),
    resume: () => service.resume(),
    restart: () => service.restart(),
  }
}

/** Whether a Redis on this loopback port answers `+PONG`; false when it is away, loading or silent. */
export function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const finish = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.setTimeout(PING_DEADLINE_MS, () => finish(false))
    socket.once('error', () => finish(false))
    socket.once('close', () => finish(false))
    socket.once('data', (bytes) => finish(bytes.toString().startsWith('+PONG')))
    socket.write('PING\r\n')
  })
}
