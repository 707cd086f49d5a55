// An origin that reads requests strictly and answers with whatever bytes a test likes, at the pace and with the end it likes.

import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Scope } from './scope.ts'
import { readRequest, type WholeMessage } from './strict-reader.ts'

/** A request that reached a byte origin, or the head of one whose body is still on its way. */
export interface Asked {
  readonly method: string
  readonly target: string
  /** Which connection it came on, from 1. */
  readonly connection: number
  readonly socket: Socket
  /** The whole message; null when the script is told of its head. */
  readonly message: WholeMessage | null
}

/** When a script is told of a request: once it is whole, as soon as its head is, or both times. */
export type AskedWhen = 'whole' | 'head' | 'both'

/** A running byte origin. */
export interface ByteOrigin {
  readonly port: number
  /** All requests, in the order in which they came. */
  readonly asked: readonly Asked[]
  /** Connections accepted so far. */
  readonly connections: number
  /** Connections open now. */
  readonly open: number
  /** Requests that could not be read, in words. */
  readonly faults: readonly string[]
  /** Whether a connection, by its number, is closed. */
  isClosed(connection: number): boolean
}

/** Starts an origin that calls `script` for each request; closed when the test ends. */
export async function startByteOrigin(t: Scope, script: (asked: Asked) => void, when: AskedWhen = 'whole'): Promise<ByteOrigin> {
  const asked: Asked[] = []
  const faults: string[] = []
  const open = new Map<number, Socket>()
  let connections = 0
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = ++connections
    open.set(connection, socket)
    socket.setNoDelay(true)
    socket.on('error', () => {}) // An edge that breaks off is an ordinary end here; 'close' follows.
    socket.on('end', () => socket.end())
    socket.on('close', () => open.delete(connection))
    readRequests(socket, when, (text, message) => {
      if (text === null) return void faults.push(`connection ${connection}: ${message}`)
      const [method, target] = text.split(' ') as [string, string]
      const one = { method, target, connection, socket, message: message as WholeMessage | null }
      asked.push(one)
      script(one)
    })
  })
  t.teardown(() => {
    for (const socket of open.values()) socket.destroy()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve))
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    faults,
    get connections() {
      return connections
    },
    get open() {
      return open.size
    },
    isClosed: (connection) => connection <= connections && !open.has(connection),
  }
}

type Tell = (requestLine: string | null, message: WholeMessage | string | null) => void

function readRequests(socket: Socket, when: AskedWhen, tell: Tell): void {
  let bytes: Buffer = Buffer.alloc(0)
  let isTold = false
  socket.on('data', (chunk: Buffer) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    while (bytes.length > 0) {
      const reading = readRequest(bytes, 0)
      if (reading.kind === 'fault') {
        bytes = Buffer.alloc(0)
        return tell(null, reading.why)
      }
      if (reading.kind === 'partial') {
        if (when !== 'whole' && reading.startLine !== null && !isTold) tell(reading.startLine, null)
        isTold ||= reading.startLine !== null
        return
      }
      bytes = bytes.subarray(reading.end)
      if (when !== 'whole' && !isTold) tell(reading.startLine, null)
      if (when !== 'head') tell(reading.startLine, reading)
      isTold = false
    }
  })
}

/** A whole answer to a request, as most tests want it. */
export function plainAnswer(body: string, fields: readonly string[] = []): string {
  return ['HTTP/1.1 200 OK', ...fields, `Content-Length: ${Buffer.byteLength(body, 'latin1')}`, '', body].join('\r\n')
}
