import { mkdirSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { startNginx } from './nginx.ts'
import { HOST } from './pages.ts'
import { startProcess, untilReady } from './process.ts'
import { answersAt, freePort, get } from './request.ts'

/** What every answer of the origin carries: 1,024 bytes that need no escaping in a configuration. */
export const BODY = 'A page of one kilobyte. '.repeat(43).slice(0, 1_024)

/** What stood behind the contenders was asked this often since it started. */
export interface Counts {
  readonly originRequests: number
  readonly redisCommands: number
}

/** The parts all contenders share: the origin and Redis, and their own counts of what they were asked. */
export interface Rig {
  readonly originUrl: string
  readonly originPort: number
  readonly redisUrl: string
  readonly redisPort: number
  counts(): Promise<Counts>
  /** Empties Redis, so that no contender finds what another left. */
  clear(): Promise<void>
}

/** Starts the origin (nginx) and Redis on free loopback ports; `stopAll` ends them. @throws Error when one does not start */
export async function startRig(folder: string): Promise<Rig> {
  const originPort = await freePort()
  mkdirSync(join(folder, 'origin'))
  await startNginx('origin.conf', join(folder, 'origin'), { port: originPort, body: BODY })
  const redisPort = await freePort()
  const server = ['redis-server', '--bind', '127.0.0.1', '--port', String(redisPort), '--save', '', '--appendonly', 'no', '--dir', folder]
  const redis = await startProcess(server, join(folder, 'redis.log'))
  await untilReady(redis, () => answersAt(redisPort))
  const originUrl = `http://127.0.0.1:${originPort}`
  return {
    originUrl,
    originPort,
    redisUrl: `redis://127.0.0.1:${redisPort}`,
    redisPort,
    counts: async () => ({ originRequests: await originRequests(originUrl), redisCommands: await redisCommands(redisPort) }),
    clear: async () => {
      await redisCommand(redisPort, 'FLUSHALL')
    },
  }
}

async function originRequests(originUrl: string): Promise<number> {
  const { body } = await get(originUrl, { host: HOST, path: '/-/status' })
  // The third number of the line under "server accepts handled requests".
  return Number(/^\s*\d+ \d+ (\d+)/m.exec(body)?.[1])
}

async function redisCommands(port: number): Promise<number> {
  const info = await redisCommand(port, 'INFO stats')
  return Number(/total_commands_processed:(\d+)/.exec(info)?.[1])
}

// Redis takes a plain line as a command and answers it; QUIT behind it closes, so the answer ends with the connection.
function redisCommand(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`${command}\r\nQUIT\r\n`))
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.once('end', () => resolve(Buffer.concat(parts).toString('latin1'))).once('error', reject)
  })
}
