import { connect, createServer, type Socket } from 'node:net'
import { Abort } from '../../../edge/base/abort.ts'
import { Fields } from '../../../edge/http/fields.ts'
import type { Hop } from '../../../edge/upstream/upstream.ts'
import { acceptOf } from '../../../edge/upstream/websocket-handshake.ts'
import { WebsocketLane } from '../../../edge/upstream/websocket-lane.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MemoryFiles } from '../../support/memory-files.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import type { Scope } from '../../support/scope.ts'
import { until } from '../../support/until.ts'
import { hopTo } from './send-one.ts'

/** The key of RFC 6455 §1.3. */
export const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='

/** A 101 that opens the WebSocket of that key. */
export const switching = (key = KEY, more = ''): string =>
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n${more}\r\n`

/** Both ends of a connection of this machine. */
export interface Pair {
  /** What a client holds; all that came is in `received`. */
  readonly client: Socket
  /** What the server holds, paused. */
  readonly server: Socket
  /** As latin1. */
  readonly received: () => string
}

/** A client that is connected to us. */
export async function connectedPair(t: Scope): Promise<Pair> {
  const accepted = Promise.withResolvers<Socket>()
  const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true }, accepted.resolve)
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const client = connect({ port: (listener.address() as { port: number }).port, host: '127.0.0.1' })
  const server = await accepted.promise
  listener.close()
  let received = ''
  client.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
  })
  for (const socket of [client, server]) {
    socket.on('error', () => {})
    t.teardown(() => socket.destroy())
  }
  return { client, server, received: () => received }
}

/** What a test says of a request to open a WebSocket. */
export interface Opening {
  readonly hop?: Partial<Hop>
  readonly fields?: Readonly<Record<string, string | string[]>>
  readonly target?: string
  /** What the client sent behind its request. */
  readonly early?: string
  readonly wanted?: Abort
  readonly idleTimeoutMs?: number
}

/** A lane under a clock that stands still, and a client that asks for a WebSocket. */
export async function laneWorld(t: Scope) {
  const clock = new ManualClock()
  const metrics = new RecordingMetrics()
  const files = new MemoryFiles()
  const lane = new WebsocketLane({ clock, timers: clock, files, metrics })
  t.teardown(() => lane.close())
  const pair = await connectedPair(t)
  const switched: Fields[] = []
  const open = (
    address: string,
    { hop, fields = {}, target = '/live', early = '', wanted = new Abort(), idleTimeoutMs = 60_000 }: Opening = {},
  ) =>
    lane.open(
      {
        method: 'GET',
        target,
        fields: Fields.of({ Host: 'shop.example', 'Sec-WebSocket-Key': KEY, 'Sec-WebSocket-Version': '13', ...fields }),
        body: null,
      },
      hopTo(address, hop),
      {
        idleTimeoutMs,
        onSwitch: (told) => {
          switched.push(told)
          return { socket: pair.server, early: Buffer.from(early), fields: told }
        },
      },
      wanted,
    )
  const openTunnel = async (address: string, opening?: Opening) => {
    const opened = await open(address, opening)
    if (opened.kind !== 'open') throw new Error(`the origin answered ${opened.answer.status}`)
    return opened.tunnel
  }
  const clientGot = (pattern: RegExp) => until(() => pattern.test(pair.received()), { what: `${pattern} at the client`, everyMs: 1 })
  return { clock, metrics, files, lane, ...pair, switched, open, openTunnel, clientGot }
}
