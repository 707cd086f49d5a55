// An origin on a bare socket that takes nothing on trust. It reads what comes with a strict reader of its own and counts it again as two
// careless servers would; whatever is not exactly one well-framed request to all three is a fault that a test can ask for.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { countLoosely } from './loose-reader.ts'
import type { Scope } from './scope.ts'
import { fieldOf, readRequest, type WholeMessage } from './strict-reader.ts'

/** A request as it came. */
export interface RecordedRequest {
  readonly method: string
  readonly target: string
  readonly message: WholeMessage
  /** Which connection it came on, from 1. */
  readonly connection: number
}

/** What was recorded since some moment. */
export interface Recording {
  /** Whole requests, in the order in which they ended. */
  readonly requests: readonly RecordedRequest[]
  /** Bytes that no reading makes one request of, one sentence each. */
  readonly faults: readonly string[]
}

interface Connection {
  readonly socket: Socket
  readonly number: number
  bytes: Buffer
  read: number
}

/** A recording origin. It answers each whole request with its method, target and body length; it closes when asked to, and on what it cannot read. */
export class RecordingOrigin {
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  #requests: RecordedRequest[] = []
  #faults: string[] = []
  #accepted = 0
  #received = 0

  constructor() {
    this.#server = createServer((socket) => this.#accept(socket))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Connections accepted so far. */
  get connections(): number {
    return this.#accepted
  }

  /** Bytes received so far. */
  get receivedBytes(): number {
    return this.#received
  }

  /** Gives what was recorded since the last call, and forgets it. */
  take(): Recording {
    const taken = { requests: this.#requests, faults: this.#faults }
    this.#requests = []
    this.#faults = []
    return taken
  }

  /** Requests that have begun and are not whole, by what came of each. */
  unfinished(): readonly string[] {
    return [...this.#connections].filter(({ bytes, read }) => bytes.length > read).map(({ bytes, read }) => bytes.toString('latin1', read))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  close(): void {
    for (const { socket } of this.#connections) socket.destroy()
    this.#server.close()
  }

  #accept(socket: Socket): void {
    this.#accepted += 1
    const connection: Connection = { socket, number: this.#accepted, bytes: Buffer.alloc(0), read: 0 }
    this.#connections.add(connection)
    socket.on('data', (chunk: Buffer) => this.#receive(connection, chunk))
    socket.on('error', () => {}) // An edge that breaks off is an ordinary end here; 'close' follows.
    socket.on('close', () => {
      this.#connections.delete(connection)
      // The beginning of a request may have been cut off, but to nobody may it look like a whole one.
      const rest = connection.bytes.subarray(connection.read)
      if (rest.length > 0 && Math.max(countLoosely(rest, 'by-length'), countLoosely(rest, 'by-chunks')) > 1) this.#fault('cut off', rest)
    })
  }

  #receive(connection: Connection, chunk: Buffer): void {
    this.#received += chunk.length
    connection.bytes = Buffer.concat([connection.bytes.subarray(connection.read), chunk])
    connection.read = 0
    for (;;) {
      if (connection.read === connection.bytes.length) return
      const reading = readRequest(connection.bytes, connection.read)
      if (reading.kind === 'partial') return
      const rest = connection.bytes.subarray(connection.read)
      if (reading.kind === 'fault') {
        this.#fault(reading.why, rest)
        connection.read = connection.bytes.length
        return void connection.socket.destroy()
      }
      this.#record(connection, reading)
    }
  }

  #record(connection: Connection, message: WholeMessage): void {
    const slice = connection.bytes.subarray(connection.read, message.end)
    connection.read = message.end
    for (const belief of ['by-length', 'by-chunks'] as const) {
      const count = countLoosely(slice, belief)
      if (count !== 1) this.#fault(`${count} requests ${belief}`, slice)
    }
    const [method, target] = message.startLine.split(' ') as [string, string]
    this.#requests.push({ method, target, message, connection: connection.number })
    connection.socket.write(answerTo(method, target, message.body.length))
    if (fieldOf(message, 'connection')?.toLowerCase() === 'close') connection.socket.end()
  }

  #fault(why: string, bytes: Buffer): void {
    this.#faults.push(`${why} in ${JSON.stringify(bytes.toString('latin1').slice(0, 400))}`)
  }
}

/** The body by which a recording origin answers. */
export function echoOf(method: string, target: string, bodyBytes: number): string {
  return `origin: ${method} ${target} ${bodyBytes}`
}

function answerTo(method: string, target: string, bodyBytes: number): string {
  const text = echoOf(method, target, bodyBytes)
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\nContent-Length: ${text.length}\r\n\r\n`
  return method === 'HEAD' ? head : head + text
}

/** Starts a recording origin for one test; it is closed when the test ends. */
export async function startRecordingOrigin(t: Scope): Promise<RecordingOrigin> {
  const origin = new RecordingOrigin()
  t.teardown(() => origin.close())
  await origin.listen()
  return origin
}
