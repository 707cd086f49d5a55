import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { LineReader } from '../../../../edge/base/line-reader.ts'
import { type FromControl, MAX_LINE_BYTES, STREAM_PATH } from '../../../../edge/contract/wire.ts'
import type { Scope } from '../../../support/scope.ts'
import { until } from '../../../support/until.ts'
import { helloLine } from '../push/recorded-socket.ts'

/** An edge made by hand: a real stream over a real socket. */
export class TestEdge {
  readonly messages: FromControl[] = []
  readonly #request: ClientRequest
  #response: IncomingMessage | null = null
  status = 0
  closed = false

  /** Opens a stream; nothing is said yet. */
  constructor(t: Scope, options: { readonly port: number; readonly token: string }) {
    const headers = { authorization: `Bearer ${options.token}`, 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' }
    this.#request = request({ host: '127.0.0.1', port: options.port, path: STREAM_PATH, method: 'POST', agent: false, headers })
    this.#request.on('response', (response) => this.#read(response))
    // A stream that is cut is over, however it was cut.
    this.#request.on('error', () => {
      this.closed = true
    })
    this.#request.on('close', () => {
      this.closed = true
    })
    this.#request.flushHeaders()
    t.teardown(() => this.#request.destroy())
  }

  /** Opens a stream, says hello, and waits for what stands. */
  static async connect(
    t: Scope,
    options: { readonly port: number; readonly token: string; readonly edgeId: string; readonly have?: object },
  ) {
    const edge = new TestEdge(t, options)
    edge.sayLine(helloLine(options.edgeId, options.have))
    await edge.next('endpoints')
    return edge
  }

  say(message: object): void {
    this.sayLine(JSON.stringify(message))
  }

  sayLine(line: string): void {
    this.sayBytes(`${line}\n`)
  }

  sayBytes(text: string): void {
    this.#request.write(text)
  }

  /** Leaves what comes in the socket, as an edge does that hangs. */
  pause(): void {
    this.#response?.pause()
  }

  resume(): void {
    this.#response?.resume()
  }

  end(): void {
    this.#request.destroy()
  }

  /** Waits for a message of a type that passes `is`. */
  next<T extends FromControl['type']>(type: T, is: (message: Extract<FromControl, { type: T }>) => boolean = () => true) {
    type Wanted = Extract<FromControl, { type: T }>
    const find = () => this.messages.find((message): message is Wanted => message.type === type && is(message as Wanted))
    return until(find, { what: `a ${type}` }) as Promise<Wanted>
  }

  untilClosed(): Promise<boolean> {
    return until(() => this.closed, { what: 'the stream to end' })
  }

  #read(response: IncomingMessage): void {
    this.status = response.statusCode ?? 0
    this.#response = response
    const reader = new LineReader(MAX_LINE_BYTES)
    response.on('data', (chunk: Buffer) => {
      for (const line of reader.take(chunk)) this.messages.push(JSON.parse(line) as FromControl)
    })
    response.on('error', () => {
      this.closed = true
    })
  }
}
